"""dbt's exposures are the products and the tables that each was seen to read: what someone who changes a mart looks at.

``pytest --renew tests/report/test_exposures.py`` writes them anew.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pages
import pytest
import yaml

from kdi.excel.reader import readers
from kdi.excel.workbook import write_workbook
from kdi.installation import Installation
from kdi.publish.agreements import NONE
from kdi.report.catalogue import products
from kdi.report.edition import Edition
from kdi.report.make import make
from kdi.settings import PROJECT_ROOT
from powerbi.catalogue import read_catalogue
from powerbi.semantic import build

from .conftest import Published

FILE = PROJECT_ROOT / "dbt_project" / "models" / "exposures.yml"
HEAD = "# Made of the products and what they were seen to read: pytest --renew tests/report/test_exposures.py\n"
OWNER = {"name": "KDI Forretning", "email": "kdi-forretning@example.org"}
# One of each, so that every kind of page is made.
ONE = {"potentiale": "Aalborg", "sapa": None, "web": "Aalborg", "tilslutning": None}


class _Seen:
    """A connection to a release that writes down what it is asked, and so do its cursors."""

    def __init__(self, connection: Any, asked: list[str]) -> None:
        self._connection, self._asked = connection, asked

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, *arguments: Any) -> Any:
        self._asked.append(sql)
        return self._connection.execute(sql, *arguments)

    def cursor(self) -> "_Seen":
        return _Seen(self._connection.cursor(), self._asked)


@contextmanager
def reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The published tables that are read during a block, by their names in dbt."""
    asked: list[str] = []
    tables: set[str] = set()
    enter = Edition.__enter__

    def watched(edition: Edition) -> Edition:
        enter(edition)
        edition.connection = _Seen(edition.connection, asked)  # type: ignore[assignment]
        return edition

    with monkeypatch.context() as patched:
        patched.setattr(Edition, "__enter__", watched)
        yield tables
    tables.update(name for sql in asked for name in re.findall(r"\b(?:marts|kpi)\.(\w+)", sql))


def exposure(name: str, label: str, kind: str, description: str, tables: set[str]) -> dict[str, Any]:
    return {
        "name": f"produkt_{name}",  # a model may be called as a product is, and dbt selects both by one name
        "label": label,
        "type": kind,
        "maturity": "high",
        "owner": dict(OWNER),
        "description": description,
        "depends_on": [f"ref('{table}')" for table in sorted(tables)],
    }


def test_exposures_name_what_each_product_reads(
    published: Published, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    press, found = Installation(published.settings(tmp_path)).press, []
    for product in products().values():
        with reading(monkeypatch) as tables:
            assert list(make(press, product.id, only=ONE.get(product.id)))
        kind = "application" if product.id in ("nyhedsbrev", "web") else "analysis"
        told = f"{product.til}. kdi report {product.id}"
        found.append(exposure(product.id, product.titel, kind, told, tables))
    with reading(monkeypatch) as tables, Edition(published.release) as edition:
        kombit = next(r for r in readers(edition.connection, NONE) if r.cvr is None)
        write_workbook(tmp_path / "kombit.xlsx", kombit, edition, press.imprint)
    found.append(exposure("excel", "Excel-projektmapper", "analysis", "kdi report excel", tables))
    tables = {table.mart.split(".")[1] for table in build(read_catalogue()).tables if table.mart}
    found.append(exposure("powerbi", "KDI i tal", "dashboard", "Power BI-projektet; python -m powerbi", tables))
    text = HEAD + yaml.safe_dump({"exposures": found}, allow_unicode=True, sort_keys=False, width=110)
    if pages.renew:
        FILE.write_text(text, encoding="utf-8")
    assert FILE.read_text(encoding="utf-8") == text, pages.HOW
