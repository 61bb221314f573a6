"""The report's files are valid by Microsoft's schemas, name only what the model has, and can be used by everyone."""

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from report.words import gone_from

from kdi.settings import PROJECT_ROOT
from powerbi.catalogue import read_catalogue
from powerbi.pbir import HEIGHT, THEME, VISUAL_TYPES, WIDTH, write_report
from powerbi.project import thin_report, write_project
from powerbi.semantic import Model, ModelError
from powerbi.tmdl import SOURCES

from .proof import Proof

SCHEMAS = Path(__file__).parent / "schemas"
PROJECT = PROJECT_ROOT / "powerbi"
REPORT = PROJECT / "KDI i tal.Report"
HOST = "https://developer.microsoft.com/json-schemas/"


def test_no_page_and_no_measure_says_what_must_go() -> None:
    pages = "\n".join(path.read_text("utf-8") for path in REPORT.rglob("*.json"))
    assert gone_from(pages) == []
    model = "\n".join(path.read_text("utf-8") for path in PROJECT.rglob("*.tmdl"))
    measures = re.findall(r"((?:^\t///.*\n)*)^\tmeasure ([^=]+)", model, flags=re.M)
    assert len(measures) > 100
    assert gone_from("\n".join(f"{name}: {told}" for told, name in measures), definitions=True) == []


@pytest.fixture(scope="module")
def registry() -> Registry[Any]:
    """Every vendored schema by its address; an embedded one names itself differently than others name it."""
    resources = []
    for path in SCHEMAS.rglob("*.json"):
        address = HOST + str(path.relative_to(SCHEMAS))
        schema = json.loads(path.read_text("utf-8"))
        resources.append((address, Resource.from_contents({**schema, "$id": address}, default_specification=_draft7())))
    return Registry().with_resources(resources)


def _draft7() -> Any:
    from referencing.jsonschema import DRAFT7

    return DRAFT7


def files() -> dict[str, Any]:
    paths = [p for top in [REPORT, PROJECT / "KDI i tal.SemanticModel"] for p in top.rglob("*") if p.is_file()]
    paths += list(PROJECT.glob("*.pbip"))
    return {
        str(p.relative_to(PROJECT)): json.loads(p.read_text("utf-8"))
        for p in paths
        if p.suffix != ".tmdl" and "StaticResources" not in p.parts
    }


def faults(content: Any, registry: Registry[Any]) -> list[str]:
    """What the schema that the file names says of it; a schema that is not here is a fault."""
    address = content.get("$schema", "")
    if address not in registry:
        return [f"ukendt skema {address}"]
    validator = Draft7Validator({"$ref": address}, registry=registry)
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(content)]


def test_every_file_is_valid_by_its_schema(registry: Registry[Any], proof: Proof) -> None:
    found = {path: faults(content, registry) for path, content in files().items()}
    assert {path: f for path, f in found.items() if f} == {}
    assert len(found) > 100
    proof.says("Filer, der er gyldige efter Microsofts JSON-skemaer", f"{len(found)} af {len(found)}")


def test_a_misspelled_property_is_found(registry: Registry[Any]) -> None:
    content = files()["KDI i tal.Report/definition/pages/overblik/page.json"]
    assert faults({**content, "displayname": content["displayName"]}, registry) != []
    assert faults({**content, "$schema": content["$schema"].replace("2.0.0", "9.9.9")}, registry) != []


def references(content: Any, sources: dict[str, str] | None = None) -> Iterator[tuple[str, str, str]]:
    """Kind, table and name of every column and measure a file names; a filter names its tables apart."""
    if isinstance(content, dict):
        if isinstance(content.get("From"), list):
            sources = {source["Name"]: source["Entity"] for source in content["From"]}
        for kind in ("Column", "Measure"):
            if isinstance(content.get(kind), dict):
                source = content[kind]["Expression"]["SourceRef"]
                table = source["Entity"] if "Entity" in source else (sources or {})[source["Source"]]
                yield kind, table, content[kind]["Property"]
        for value in content.values():
            yield from references(value, sources)
    elif isinstance(content, list):
        for value in content:
            yield from references(value, sources)


def test_everything_a_visual_names_is_in_the_model(model: Model, proof: Proof) -> None:
    columns = {("Column", t.name, c.name) for t in model.tables for c in t.columns if not c.hidden}
    columns |= {("Column", name, name) for name in model.choices}
    measures = {("Measure", t.name, m.name) for t in model.tables for m in t.measures if not m.hidden}
    named = [(path, r) for path, content in files().items() for r in references(content)]
    assert [(path, r) for path, r in named if r not in columns | measures] == []
    proof.says("Henvisninger fra visualer, der findes i modellen", f"{len(named)} af {len(named)}")
    with pytest.raises(ModelError, match=r"Kald pr\. hest"):
        page = {"navn": "x", "titel": "x", "spoergsmaal": "x"}
        visual = {
            "slags": "kort",
            "titel": "x",
            "alt": "x",
            "plads": [0, 0, 1, 1],
            "felter": {"Values": ["Kald pr. hest"]},
        }
        write_report(model, {"sider": [{**page, "visualer": [visual]}]})


def test_a_visual_only_combines_tables_that_filter_each_other(model: Model) -> None:
    """A measure beside a column that cannot reach it would repeat the same figure on every row."""
    homes = {m.name: t.name for t in model.tables for m in t.measures}
    pairs = 0
    for path, content in files().items():
        fields = list(references(content.get("visual", {}).get("query", {}).get("queryState", {})))
        for _, _, name in [f for f in fields if f[0] == "Measure"]:
            reach = model.reaches(homes[name]) | {homes[name], *model.choices}
            unreached = [(table, column) for kind, table, column in fields if kind == "Column" and table not in reach]
            pairs += sum(kind == "Column" for kind, _, _ in fields)
            assert unreached == [], f"{path}: {name}"
    assert pairs > 100


def visuals() -> dict[str, list[dict[str, Any]]]:
    pages: dict[str, list[dict[str, Any]]] = {}
    for path, content in files().items():
        if path.endswith("visual.json"):
            pages.setdefault(path.split("/pages/")[1].split("/")[0], []).append(content)
    return pages


def test_every_visual_has_an_alt_text_a_title_and_its_place_in_the_reading_order() -> None:
    for page, contents in visuals().items():
        orders = [v["position"]["tabOrder"] for v in contents]
        assert len(set(orders)) == len(orders), page
        by_order = sorted(contents, key=lambda v: v["position"]["tabOrder"])
        rows = [round(v["position"]["y"]) for v in by_order if v["visual"]["visualType"] in VISUAL_TYPES.values()]
        assert rows == sorted(rows), f"{page}: tabulatorrækkefølgen springer op ad siden"
        for visual in contents:
            objects = visual["visual"]["visualContainerObjects"]
            alt = objects["general"][0]["properties"]["altText"]["expr"]["Literal"]["Value"]
            assert (len(alt) > 12 and alt.endswith(".'")) or alt.endswith("?'") or alt.endswith("!'"), alt
            assert visual["visual"]["visualType"] in ("textbox", "actionButton") or "title" in objects


def test_visuals_lie_on_the_page_and_not_on_each_other() -> None:
    for page, contents in visuals().items():
        tip = page.startswith("tip_")
        width, height = (320, 240) if tip else (WIDTH, HEIGHT)
        boxes = [v["position"] for v in contents]
        for p in boxes:
            assert p["x"] >= 0 and p["x"] + p["width"] <= width and p["y"] >= 0 and p["y"] + p["height"] <= height, page
        for a, b in combinations(boxes, 2):
            apart = (
                a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
                or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
            )  # fmt: skip
            assert apart, (page, a, b)


def test_every_page_has_a_phone_layout_of_all_its_visuals() -> None:
    for folder in (REPORT / "definition" / "pages").iterdir():
        if not folder.is_dir() or folder.name.startswith("tip_"):
            continue
        visuals = [p for p in (folder / "visuals").iterdir() if not p.name.endswith("_tilbage")]
        boxes = [json.loads((p / "mobile.json").read_text("utf-8"))["position"] for p in visuals]
        assert all(b["x"] + b["width"] <= 324 and b["height"] >= 120 for b in boxes), folder.name
        for a, b in combinations(boxes, 2):
            apart = (
                a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
                or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
            )  # fmt: skip
            assert apart, folder.name


def test_the_variants_have_one_source_each_and_the_same_model() -> None:
    """The service asks for a source in a branch that is never taken, and cannot refresh a path made of an argument."""
    catalogue = read_catalogue()
    made = {source: write_project(catalogue, source) for source in SOURCES}
    postgres, parquet = (made[s] for s in SOURCES)
    assert list(postgres) == list(parquet)
    lines = [
        (a, b)
        for path in postgres
        if "expressions" not in path
        for a, b in zip(postgres[path].split("\n"), parquet[path].split("\n"), strict=True)
        if a != b
    ]
    assert len(lines) > 40 and all("Udgivet = " in a and "Udgivet = " in b for a, b in lines)
    paths = re.findall(r"(?:File\.Contents|Folder\.Files)\(([^)]*)\)", "".join(parquet.values()))
    assert len(paths) > 40 and all(re.fullmatch(r'Parquetmappe & "[\w\\.]+"', path) for path in paths)
    for source, alien in (("PostgreSQL", ("File.Contents", "Folder.Files")), ("Parquet", ("PostgreSQL.Database",))):
        text = "".join(made[source].values())
        assert not any(word in text for word in alien)
    assert "CommandTimeout = #duration(0, 2, 0, 0)" in "".join(postgres.values())
    thin = thin_report(catalogue, "KDI", "00000000-0000-0000-0000-000000000000")
    assert not any("SemanticModel/" in path for path in thin)
    reference = json.loads(thin["KDI i tal (tynd).Report/definition.pbir"])
    assert reference["datasetReference"]["byConnection"]["connectionString"].endswith(
        "semanticmodelid=00000000-0000-0000-0000-000000000000"
    )


def test_tooltips_and_drillthroughs_name_pages_that_exist() -> None:
    pages = {
        p.name: json.loads((p / "page.json").read_text("utf-8"))
        for p in (REPORT / "definition/pages").iterdir()
        if p.is_dir()
    }
    order = json.loads((REPORT / "definition/pages/pages.json").read_text("utf-8"))["pageOrder"]
    assert sorted(order) == sorted(pages)
    named = {
        v["visual"]["visualContainerObjects"]["visualTooltip"][0]["properties"]["section"]["expr"]["Literal"][
            "Value"
        ].strip("'")
        for contents in visuals().values()
        for v in contents
        if "visualTooltip" in v["visual"]["visualContainerObjects"]
    }
    assert named == {"tip_kommune"} == {n for n, p in pages.items() if p.get("type") == "Tooltip"}
    drills = {n: p for n, p in pages.items() if p.get("type") == "Drillthrough"}
    assert set(drills) == {"kommune", "system"}
    for page in drills.values():
        (bound,) = page["pageBinding"]["parameters"]
        (filtered,) = page["filterConfig"]["filters"]
        assert bound["boundFilter"] == filtered["name"] and bound["fieldExpr"] == filtered["field"]


def contrast(a: str, b: str) -> float:
    """The contrast ratio of WCAG 2.1."""

    def luminance(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        r, g, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * blue

    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_themes_colours_can_be_seen() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    white = str(THEME["background"])
    assert [
        c for c in [*THEME["dataColors"], THEME["good"], THEME["neutral"], THEME["bad"]] if contrast(c, white) < 3
    ] == []
    texts = [THEME["foreground"], THEME["foregroundNeutralSecondary"]]
    assert [c for c in texts if contrast(str(c), str(THEME["backgroundLight"])) < 4.5] == []
