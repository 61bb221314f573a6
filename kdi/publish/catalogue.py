"""What the published tables and columns mean: the descriptions in the dbt project, by table.

They are read from the models' YAML files, so that a comment in PostgreSQL and a line in the register of
purposes are the same sentence as in dbt.
"""

from dataclasses import dataclass
from functools import cache

import yaml

from kdi.settings import PROJECT_ROOT

_MODELS = PROJECT_ROOT / "dbt_project" / "models"


@dataclass(frozen=True)
class TableText:
    """A table's description and its columns', by name in the order of the contract."""

    description: str
    columns: dict[str, str]


@cache
def descriptions() -> dict[str, TableText]:
    """Descriptions of every published model, by table (``kpi.sapa``)."""
    found: dict[str, TableText] = {}
    for schema in ("marts", "kpi"):
        for file in sorted((_MODELS / schema).rglob("*.yml")):
            # libyaml's parser: the project's YAML, unit tests and all, takes a second in the one written in Python.
            for model in yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader).get("models", ()):
                if model["name"].startswith("int_"):
                    continue  # what KPIs are computed from
                columns = {c["name"]: " ".join(c.get("description", "").split()) for c in model.get("columns", ())}
                found[f"{schema}.{model['name']}"] = TableText(" ".join(model["description"].split()), columns)
    return found
