"""What dbt knows: the published tables with their columns, and the catalogue of measures."""

import json
from dataclasses import dataclass
from typing import Any

from kdi.publish.parquet import PUBLISHED_SCHEMAS


@dataclass(frozen=True)
class Mart:
    """A published table: its description, and type and description of every column by name."""

    name: str
    description: str
    columns: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class CatalogueMeasure:
    """A measure in one table, as ``marts.maal`` publishes it."""

    maal: str
    table: str
    label: str
    definition: str
    unit: str
    formula: str
    format: str

    @property
    def key(self) -> str:
        return f"{self.maal}@{self.table}"


@dataclass(frozen=True)
class Catalogue:
    """The published tables by name with schema, and the measures by ``maal@table``."""

    marts: dict[str, Mart]
    measures: dict[str, CatalogueMeasure]


def read_catalogue() -> Catalogue:
    """Read dbt's manifest, which is made anew when it is older than a model."""
    from kdi.building import project

    nodes = json.loads(project.prepare().read_text(encoding="utf-8"))["nodes"].values()
    models = [n for n in nodes if n["resource_type"] == "model" and n["schema"] in PUBLISHED_SCHEMAS]
    marts = [_mart(node) for node in models]
    (catalogue,) = [n["config"]["meta"]["maal"] for n in models if n["name"] == "maal"]
    return Catalogue(
        marts={mart.name: mart for mart in marts},
        measures={m.key: m for entry in catalogue for m in _measures(entry)},
    )


def _mart(node: dict[str, Any]) -> Mart:
    columns = {name: (c["data_type"].lower(), _one_line(c["description"])) for name, c in node["columns"].items()}
    return Mart(f"{node['schema']}.{node['name']}", _one_line(node["description"]), columns)


def _measures(entry: dict[str, Any]) -> list[CatalogueMeasure]:
    return [
        CatalogueMeasure(
            entry["maal"],
            table,
            entry["etiket"],
            _one_line(entry["definition"]),
            entry["enhed"],
            entry["formel"],
            entry["format"],
        )
        for table in entry["tabeller"]
    ]


def _one_line(text: str) -> str:
    return " ".join(text.split())
