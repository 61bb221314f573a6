"""What a page shows when it opens: the choices its slicers and filters come with, read from the report's own files."""

import json
from pathlib import Path
from typing import Any

from .evaluator import Selection

PAGES = Path(__file__).parents[2] / "powerbi" / "KDI i tal.Report" / "definition" / "pages"


def visuals_of(page: str) -> list[dict[str, Any]]:
    """The page's visuals in reading order."""
    found = [json.loads(p.read_text("utf-8")) for p in (PAGES / page / "visuals").glob("*/visual.json")]
    return sorted(found, key=lambda v: v["position"]["tabOrder"])


def chosen(page: str) -> Selection:
    """The page's filters and its slicers' choices."""
    settings = json.loads((PAGES / page / "page.json").read_text("utf-8"))
    filters = [f["filter"] for f in settings.get("filterConfig", {}).get("filters", []) if "filter" in f]
    for visual in visuals_of(page):
        general = visual["visual"].get("objects", {}).get("general", [{}])[0].get("properties", {})
        if visual["visual"]["visualType"] == "slicer" and "filter" in general:
            filters.append(general["filter"]["filter"])
    return {column: value for f in filters for column, value in _choice(f)}


def _choice(filter_: dict[str, Any]) -> list[tuple[str, Any]]:
    entities = {source["Name"]: source["Entity"] for source in filter_["From"]}
    found = []
    for part in filter_["Where"]:
        one = part["Condition"]["In"]
        (expression,), ((value,),) = one["Expressions"], one["Values"]
        column = expression["Column"]
        table = entities[column["Expression"]["SourceRef"]["Source"]]
        literal = value["Literal"]["Value"]
        found.append((f"{table}.{column['Property']}", {"true": True, "false": False}.get(literal, literal.strip("'"))))
    return found
