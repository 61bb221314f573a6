"""Writes the report as PBIR, one JSON file per page and visual, from ``report.yml`` and the semantic model."""

import json
from typing import Any

import yaml

from kdi.settings import PROJECT_ROOT
from powerbi.semantic import Model, ModelError, stable_id

REPORT_FILE = PROJECT_ROOT / "powerbi" / "report.yml"
_SCHEMA = "https://developer.microsoft.com/json-schemas/fabric/item/report/"
# The oldest that have what is used here: Desktop of August 2025 and later read them.
_VERSIONS = {
    "report": "3.0.0", "version": "versionMetadata/1.0.0", "pages": "pagesMetadata/1.0.0", "page": "2.0.0",
    "visual": "visualContainer/2.2.0", "mobile": "visualContainerMobileState/2.2.0",
}  # fmt: skip
_IMPORTED = {"visual": "2.2.0", "page": "2.0.0", "report": "3.0.0"}
VISUAL_TYPES = {
    "kort": "card", "saetning": "card", "linje": "lineChart", "soejler": "columnChart", "bjaelker": "barChart",
    "tabel": "tableEx", "matrix": "pivotTable", "udvaelger": "slicer",
}  # fmt: skip
WIDTH, HEIGHT, HEADING, MARGIN = 1280, 720, 76, 16
_TIP_WIDTH, _TIP_HEIGHT = 320, 240
# Colours that differ in lightness too, at least 3:1 against white; text 4.5:1 (tests/bi/test_report.py measures it).
THEME = {
    "name": "KDI i tal",
    "dataColors": ["#0B5394", "#B45309", "#5B6472", "#7A4B8C", "#9A7B00", "#4C7A34"],
    "good": "#0B5394", "neutral": "#5B6472", "bad": "#B45309",
    "foreground": "#1F2937", "foregroundNeutralSecondary": "#4B5563", "background": "#FFFFFF",
    "backgroundLight": "#F3F6F8", "tableAccent": "#0B5394",
    "textClasses": {
        "callout": {"fontSize": 28, "fontFace": "Segoe UI Semibold", "color": "#1F2937"},
        "title": {"fontSize": 12, "fontFace": "Segoe UI Semibold", "color": "#1F2937"},
        "label": {"fontSize": 10, "fontFace": "Segoe UI", "color": "#1F2937"},
    },
}  # fmt: skip


def write_report(model: Model, spec: dict[str, Any] | None = None) -> dict[str, Any]:
    """Every file of the report folder: its content as JSON, by path.

    Raises:
        ModelError: a visual names a field that the model does not have.
    """
    spec = spec or yaml.safe_load(REPORT_FILE.read_text(encoding="utf-8"))
    pages = spec["sider"]
    files: dict[str, Any] = {
        "definition.pbir": {
            "$schema": f"{_SCHEMA}definitionProperties/2.0.0/schema.json",
            "version": "4.0",
            "datasetReference": {"byPath": {"path": f"../{model.name}.SemanticModel"}},
        },
        "definition/version.json": {"$schema": _schema("version"), "version": "2.0.0"},
        "definition/report.json": _report(),
        "definition/pages/pages.json": {
            "$schema": _schema("pages"),
            "pageOrder": [p["navn"] for p in pages],
            "activePageName": pages[0]["navn"],
        },
        "StaticResources/RegisteredResources/KDI.json": THEME,
    }
    for page in pages:
        folder = f"definition/pages/{page['navn']}"
        files[f"{folder}/page.json"] = _page(page, model)
        for name, visual, mobile in _visuals(page, model):
            files[f"{folder}/visuals/{name}/visual.json"] = visual
            if mobile:
                files[f"{folder}/visuals/{name}/mobile.json"] = mobile
    return files


def _schema(kind: str) -> str:
    version = _VERSIONS[kind]
    return f"{_SCHEMA}definition/{version if '/' in version else f'{kind}/{version}'}/schema.json"


def _report() -> dict[str, Any]:
    return {
        "$schema": _schema("report"),
        "themeCollection": {
            # Desktop's own; without one it cannot draw a report
            "baseTheme": {"name": "CY24SU10", "reportVersionAtImport": _IMPORTED, "type": "SharedResources"},
            "customTheme": {"name": "KDI.json", "reportVersionAtImport": _IMPORTED, "type": "RegisteredResources"},
        },
        "resourcePackages": [
            {
                "name": "RegisteredResources",
                "type": "RegisteredResources",
                "items": [{"name": "KDI.json", "path": "KDI.json", "type": "CustomTheme"}],
            }
        ],
        "settings": {"useEnhancedTooltips": True, "exportDataMode": "AllowSummarized"},
    }


def _page(page: dict[str, Any], model: Model) -> dict[str, Any]:
    kind = page.get("slags")
    tip = kind == "tip"
    content: dict[str, Any] = {
        "$schema": _schema("page"),
        "name": page["navn"],
        "displayName": page["titel"],
        "displayOption": "ActualSize" if tip else "FitToPage",
        "height": _TIP_HEIGHT if tip else HEIGHT,
        "width": _TIP_WIDTH if tip else WIDTH,
    }
    if kind:
        content["type"] = "Tooltip" if tip else "Drillthrough"
        content["visibility"] = "HiddenInViewMode"
        content["pageBinding"] = {"name": stable_id("binding", page["navn"]), "type": content["type"]}
    if kind == "gennemboring":
        name = stable_id("filter", page["navn"])[:20]
        expression = field(page["felt"], model)
        content["filterConfig"] = {
            "filters": [{"name": name, "field": expression, "type": "Categorical", "howCreated": "Drillthrough"}]
        }
        content["pageBinding"]["parameters"] = [{"name": f"p_{name}", "boundFilter": name, "fieldExpr": expression}]
    for text, value in page.get("kun", {}).items():
        filters = content.setdefault("filterConfig", {}).setdefault("filters", [])
        filters.append(_filter(page["navn"], text, _is_one_of(text, value, model), "Categorical", model))
    return content


def _filter(owner: str, text: str, condition: dict[str, Any], kind: str, model: Model) -> dict[str, Any]:
    name = stable_id("filter", owner, text)[:20]
    return {"name": name, "field": field(text, model), "type": kind, "filter": condition}


def _query(text: str, model: Model) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Where a column comes from, and the column, as a filter names them."""
    part = field(text, model)["Column"]
    source = [{"Name": "t", "Entity": part["Expression"]["SourceRef"]["Entity"], "Type": 0}]
    return source, {"Column": {"Expression": {"SourceRef": {"Source": "t"}}, "Property": part["Property"]}}


def _is_one_of(text: str, value: str | bool, model: Model) -> dict[str, Any]:
    source, column = _query(text, model)
    condition = {"In": {"Expressions": [column], "Values": [[_literal(value)["expr"]]]}}
    return {"Version": 2, "From": source, "Where": [{"Condition": condition}]}


def _is_told(text: str, model: Model) -> dict[str, Any]:
    """Not blank."""
    source, column = _query(text, model)
    blank = {"Comparison": {"ComparisonKind": 0, "Left": column, "Right": {"Literal": {"Value": "null"}}}}
    return {"Version": 2, "From": source, "Where": [{"Condition": {"Not": {"Expression": blank}}}]}


def _visuals(page: dict[str, Any], model: Model) -> list[tuple[str, dict[str, Any], dict[str, Any] | None]]:
    made: list[tuple[str, dict[str, Any], dict[str, Any] | None]] = []
    if page.get("slags") != "tip":
        made.append((f"{page['navn']}_overskrift", _heading(page), _on_phone(0, 0, 4, 2, 0)))
    phone = {} if page.get("slags") == "tip" else _phone(page)
    for number, spec in enumerate(page["visualer"], start=1):
        name = f"{page['navn']}_{number:02d}_{spec['slags']}"
        made.append((name, _visual(name, page, spec, number, model), phone.get(number)))
    if page.get("slags") == "gennemboring":
        made.append((f"{page['navn']}_tilbage", _back(page), None))
    return made


def _visual(name: str, page: dict[str, Any], spec: dict[str, Any], order: int, model: Model) -> dict[str, Any]:
    state = {
        role: {"projections": [_projection(text, model) for text in fields]}
        for role, fields in spec["felter"].items()
        if fields
    }
    query: dict[str, Any] = {"queryState": state}
    if "sorter" in spec:
        text, direction = spec["sorter"]
        way = {"faldende": "Descending", "stigende": "Ascending"}[direction]
        query["sortDefinition"] = {"sort": [{"field": field(text, model), "direction": way}], "isDefaultSort": False}
    container: dict[str, Any] = {
        "title": [{"properties": {"show": _literal(spec["slags"] != "saetning"), "text": _literal(spec["titel"])}}],
        "general": [{"properties": {"altText": _literal(spec["alt"])}}],
    }
    if "tip" in spec:
        container["visualTooltip"] = [{"properties": {"type": _literal("Canvas"), "section": _literal(spec["tip"])}}]
    visual: dict[str, Any] = {
        "visualType": VISUAL_TYPES[spec["slags"]],
        "query": query,
        "visualContainerObjects": container,
        "drillFilterOtherVisuals": True,
    }
    objects = _objects(spec, model)
    if objects:
        visual["objects"] = objects
    if "faelles" in spec:
        visual["syncGroup"] = {"groupName": spec["faelles"], "fieldChanges": True, "filterChanges": True}
    tip = page.get("slags") == "tip"
    made = {"$schema": _schema("visual"), "name": name, "position": _place(spec["plads"], order, tip), "visual": visual}
    filters = [
        _filter(name, text, _is_one_of(text, value, model), "Categorical", model)
        for text, value in spec.get("kun", {}).items()
    ]
    if "udfyldt" in spec:
        filters.append(_filter(name, spec["udfyldt"], _is_told(spec["udfyldt"], model), "Advanced", model))
    if filters:
        made["filterConfig"] = {"filters": filters}
    return made


def _objects(spec: dict[str, Any], model: Model) -> dict[str, Any]:
    """What is set on a visual by its kind: a slicer's choice, a sentence without label, colours that point at gaps."""
    if spec["slags"] == "saetning":
        words = {"fontSize": {"expr": {"Literal": {"Value": "15D"}}}, "labelDisplayUnits": _number("1D")}
        return {"categoryLabels": [{"properties": {"show": _literal(False)}}], "labels": [{"properties": words}]}
    if spec["slags"] == "udvaelger":
        return _slicer(spec, model)
    objects: dict[str, Any] = {}
    if spec["slags"] in ("tabel", "matrix"):
        objects["columnHeaders"] = [{"properties": {"wordWrap": _literal(True)}}]
    for text, colour in spec.get("farver", {}).items():
        measure = {"solid": {"color": {"expr": field(colour, model)}}}
        selector = {
            "data": [{"dataViewWildcard": {"matchingOption": 1}}],
            "metadata": _projection(text, model)["queryRef"],
        }
        white = {"solid": {"color": _literal("#FFFFFF")}}
        properties = {"backColor": measure} | ({"fontColor": white} if spec.get("hvid") else {})
        objects.setdefault("values", []).append({"properties": properties, "selector": selector})
    for text, colours in spec.get("serier", {}).items():
        left = field(text, model)
        for value, colour in colours.items():
            right = {"Literal": _literal(value)["expr"]["Literal"]}
            chosen = {"scopeId": {"Comparison": {"ComparisonKind": 0, "Left": left, "Right": right}}}
            fill = {"fill": {"solid": {"color": _literal(colour)}}}
            objects.setdefault("dataPoint", []).append({"properties": fill, "selector": {"data": [chosen]}})
    return objects


def _slicer(spec: dict[str, Any], model: Model) -> dict[str, Any]:
    """A list to choose from; with ``valgt`` it opens with that chosen, and always one."""
    objects: dict[str, Any] = {"data": [{"properties": {"mode": _literal("Dropdown")}}]}
    if "valgt" in spec:
        (text,) = spec["felter"]["Values"]
        chosen = _is_one_of(text, spec["valgt"], model)
        objects["general"] = [{"properties": {"filter": {"filter": chosen}}}]
        one = {"singleSelect": _literal(True), "strictSingleSelect": _literal(True)}
        objects["selection"] = [{"properties": one}]
    return objects


def _number(value: str) -> dict[str, Any]:
    return {"expr": {"Literal": {"Value": value}}}


def _place(place: list[int], order: int, tip: bool) -> dict[str, Any]:
    width, height, heading = (_TIP_WIDTH, _TIP_HEIGHT, 0) if tip else (WIDTH, HEIGHT, HEADING)
    margin = 4 if tip else MARGIN
    column, row = (width - 2 * margin) / 12, (height - heading - margin) / 10
    gap = 4 if tip else 8
    return {
        "x": round(margin + place[0] * column, 2),
        "y": round(heading + place[1] * row, 2),
        "z": 1000 * order,
        "width": round(place[2] * column - gap, 2),
        "height": round(place[3] * row - gap, 2),
        "tabOrder": 1000 * order,
    }


def _phone(page: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """The page on a phone, in reading order: choices and figures side by side, the rest in full width."""
    made, row, column = {}, 2, 0
    for order, spec in enumerate(page["visualer"], start=1):
        narrow = spec["slags"] in ("kort", "udvaelger")
        width, height = (2, 2) if narrow else (4, 2) if spec["slags"] == "saetning" else (4, 5)
        if column + width > 4:
            row, column = row + 2, 0
        made[order] = _on_phone(column, row, width, height, order)
        column += width
        if not narrow:
            row, column = row + height, 0
    return made


def _on_phone(column: int, row: int, width: int, height: int, order: int) -> dict[str, Any]:
    """A place in a grid of four columns; phones are 324 units wide, a row is 60 high."""
    place = {"x": 81 * column, "y": 60 * row, "width": 81 * width, "height": 60 * height}
    return {"$schema": _schema("mobile"), "position": {**place, "z": 1000 * order, "tabOrder": 1000 * order}}


def _heading(page: dict[str, Any]) -> dict[str, Any]:
    runs = [
        {"textRuns": [{"value": page["titel"], "textStyle": {"fontSize": "20pt", "fontWeight": "bold"}}]},
        {"textRuns": [{"value": page["spoergsmaal"], "textStyle": {"fontSize": "12pt"}}]},
    ]
    position = {"x": MARGIN, "y": 4, "z": 0, "width": WIDTH - 2 * MARGIN - 80, "height": HEADING - 8, "tabOrder": 0}
    return {
        "$schema": _schema("visual"),
        "name": f"{page['navn']}_overskrift",
        "position": position,
        "visual": {
            "visualType": "textbox",
            "objects": {"general": [{"properties": {"paragraphs": runs}}]},
            "visualContainerObjects": {
                "general": [{"properties": {"altText": _literal(f"{page['titel']}: {page['spoergsmaal']}")}}]
            },
        },
    }


def _back(page: dict[str, Any]) -> dict[str, Any]:
    order = 1000 * (len(page["visualer"]) + 1)
    position = {"x": WIDTH - MARGIN - 72, "y": 16, "z": order, "width": 72, "height": 40, "tabOrder": order}
    return {
        "$schema": _schema("visual"),
        "name": f"{page['navn']}_tilbage",
        "position": position,
        "visual": {
            "visualType": "actionButton",
            "objects": {"icon": [{"properties": {"shapeType": _literal("back")}, "selector": {"id": "default"}}]},
            "visualContainerObjects": {
                "visualLink": [{"properties": {"show": _literal(True), "type": _literal("Back")}}],
                "general": [{"properties": {"altText": _literal("Tilbage til siden, du kom fra.")}}],
            },
        },
    }


def field(text: str, model: Model) -> dict[str, Any]:
    """A column ('Table.Column') or a measure, as a query expression.

    Raises:
        ModelError: the model has neither.
    """
    if text in model.measures:
        home = next(t.name for t in model.tables if text in {m.name for m in t.measures})
        return {"Measure": {"Expression": {"SourceRef": {"Entity": home}}, "Property": text}}
    table, _, column = text.partition(".")
    known = {c.name for c in model.by_name[table].columns} if table in model.by_name else set()
    if table in model.choices:
        known = {table}
    if column not in known:
        raise ModelError(f"report.yml: {text} er hverken et mål eller en kolonne i modellen")
    return {"Column": {"Expression": {"SourceRef": {"Entity": table}}, "Property": column}}


def _projection(text: str, model: Model) -> dict[str, Any]:
    expression = field(text, model)
    ((kind, part),) = expression.items()
    entity, name = part["Expression"]["SourceRef"]["Entity"], part["Property"]
    projection = {"field": expression, "queryRef": f"{entity}.{name}", "nativeQueryRef": name}
    return projection | ({"active": True} if kind == "Column" else {})


def _literal(value: str | bool) -> dict[str, Any]:
    text = json.dumps(value) if isinstance(value, bool) else "'" + value.replace("'", "''") + "'"
    return {"expr": {"Literal": {"Value": text}}}
