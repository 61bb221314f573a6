"""Writes the report as PBIR, one JSON file per page and visual, from ``report.yml`` and the semantic model."""

import json
from typing import Any

import yaml

from orchestration.settings import PROJECT_ROOT
from powerbi.semantic import Model, ModelError, stable_id

REPORT_FILE = PROJECT_ROOT / "powerbi" / "report.yml"
_SCHEMA = "https://developer.microsoft.com/json-schemas/fabric/item/report/"
_VERSIONS = {
    "report": "3.3.0", "version": "versionMetadata/1.0.0", "pages": "pagesMetadata/1.1.0", "page": "2.1.0",
    "visual": "visualContainer/2.9.0", "mobile": "visualContainerMobileState/2.4.0",
}  # fmt: skip
VISUAL_TYPES = {
    "kort": "card", "linje": "lineChart", "soejler": "columnChart", "bjaelker": "barChart", "tabel": "tableEx",
    "matrix": "pivotTable", "udvaelger": "slicer",
}  # fmt: skip
WIDTH, HEIGHT, HEADING, MARGIN = 1280, 720, 76, 16
_TIP_WIDTH, _TIP_HEIGHT = 320, 240
# Colours that differ in lightness too, at least 3:1 against white; text 4.5:1 (tests/bi/test_report.py measures it).
THEME = {
    "name": "KDI i tal",
    "dataColors": ["#1F5A7A", "#B3541E", "#4C7A34", "#7A4B8C", "#9A7B00", "#5B6670"],
    "good": "#2E7D32", "neutral": "#8A6D00", "bad": "#B3261E",
    "foreground": "#1B2A34", "foregroundNeutralSecondary": "#4A5760", "background": "#FFFFFF",
    "backgroundLight": "#F3F6F8", "tableAccent": "#1F5A7A",
    "textClasses": {
        "callout": {"fontSize": 28, "fontFace": "Segoe UI Semibold", "color": "#1B2A34"},
        "title": {"fontSize": 12, "fontFace": "Segoe UI Semibold", "color": "#1B2A34"},
        "label": {"fontSize": 10, "fontFace": "Segoe UI", "color": "#1B2A34"},
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
    version = {"visual": "2.9.0", "page": "2.1.0", "report": "3.3.0"}
    return {
        "$schema": _schema("report"),
        "themeCollection": {
            "customTheme": {"name": "KDI.json", "reportVersionAtImport": version, "type": "RegisteredResources"}
        },
        "resourcePackages": [
            {
                "name": "RegisteredResources",
                "type": "RegisteredResources",
                "items": [{"name": "KDI.json", "path": "KDI.json", "type": "CustomTheme"}],
            }
        ],
        "settings": {"useEnhancedTooltips": True, "exportDataMode": "AllowSummarized", "locale": "da-DK"},
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
    return content


def _visuals(page: dict[str, Any], model: Model) -> list[tuple[str, dict[str, Any], dict[str, Any] | None]]:
    made: list[tuple[str, dict[str, Any], dict[str, Any] | None]] = []
    if page.get("slags") != "tip":
        made.append((f"{page['navn']}_overskrift", _heading(page), None))
    for number, spec in enumerate(page["visualer"], start=1):
        name = f"{page['navn']}_{number:02d}_{spec['slags']}"
        made.append((name, _visual(name, page, spec, number, model), _mobile(spec, number)))
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
        "title": [{"properties": {"show": _literal(True), "text": _literal(spec["titel"])}}],
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
    if spec["slags"] == "udvaelger":
        visual["objects"] = {"data": [{"properties": {"mode": _literal("Dropdown")}}]}
        if "faelles" in spec:
            visual["syncGroup"] = {"groupName": spec["faelles"], "fieldChanges": True, "filterChanges": True}
    tip = page.get("slags") == "tip"
    return {"$schema": _schema("visual"), "name": name, "position": _place(spec["plads"], order, tip), "visual": visual}


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


def _mobile(spec: dict[str, Any], order: int) -> dict[str, Any] | None:
    """Phones are 324 units wide; a row is 60 high."""
    if "mobil" not in spec:
        return None
    x, y, width, height = spec["mobil"]
    place = {
        "x": 81 * x,
        "y": 60 * y,
        "width": 81 * width,
        "height": 60 * height,
        "z": 1000 * order,
        "tabOrder": 1000 * order,
    }
    return {"$schema": _schema("mobile"), "position": place}


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
