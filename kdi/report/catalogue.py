"""The catalogue of products in ``reports/katalog.yml``: what is made, for whom, how often."""

from functools import cache
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from kdi.settings import PROJECT_ROOT


class Product(BaseModel):
    """One product that readers get."""

    model_config = ConfigDict(extra="forbid")

    id: str
    titel: str
    til: str
    rytme: Literal["kvartal", "maaned"]
    pr: Literal["kommune", "system"] | None = None
    filer: str


@cache
def products() -> dict[str, Product]:
    """All products by id, in the catalogue's order."""
    text = (PROJECT_ROOT / "reports" / "katalog.yml").read_text(encoding="utf-8")
    return {p["id"]: Product(**p) for p in yaml.safe_load(text)["produkter"]}
