"""The demo's release as the reports read it, and one municipality's report made from it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from chromium import PROGRAM, chromium, needs_chromium

from kdi.publish.agreements import NONE
from kdi.report import analyse, pdf
from kdi.report.document import Document
from kdi.report.edition import Edition, newest_quarter
from kdi.report.indicators import Indicators
from kdi.settings import Settings

from .reading import Pdf


@dataclass(frozen=True)
class Published:
    """A release, opened for the last month of its newest quarter."""

    release: Path
    edition: Edition
    indicators: Indicators

    def cvr(self, name: str) -> str:
        return str(next(m["cvr"] for m in self.edition.municipalities if m["navn"] == name))

    def settings(self, home: Path) -> Settings:
        """Settings whose reports go elsewhere; the release is the same."""
        published = home / "published"
        published.mkdir(parents=True, exist_ok=True)
        if not (published / "current").exists():
            (published / "current").symlink_to(self.release)
            lake = self.release.resolve().parents[2] / "lake"
            shutil.copytree(lake / "reference", home / "lake" / "reference")
            shutil.copy(lake / "leverancer.sqlite", home / "lake")  # a copy: tests put agreements of their own in force
        return Settings(home=home)

    def potential(self, name: str) -> Document:
        return analyse.build(self.edition, NONE, self.cvr(name))

    def pdf(self, document: Document) -> Pdf:
        return Pdf(pdf.render(document, self.edition.published))


@pytest.fixture(scope="session")
def published(demo: duckdb.DuckDBPyConnection) -> Iterator[Published]:
    (path,) = demo.execute("select path from duckdb_databases() where database_name = 'kdi'").fetchall()[0]
    release = Path(path).parent
    with Edition(release) as newest:
        month = newest_quarter(newest.months)
    with Edition(release, month) as edition:
        yield Published(release, edition, Indicators(edition))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window: closed after a file's tests, since two do not live in one process."""
    if PROGRAM is None:
        pytest.skip(needs_chromium.kwargs["reason"])
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def aalborg(published: Published) -> Document:
    return published.potential("Aalborg")


@pytest.fixture(scope="session")
def aalborg_pdf(published: Published, aalborg: Document) -> Pdf:
    return published.pdf(aalborg)
