"""Every cell of the demo's marts by a second way."""

from collections.abc import Iterator

import duckdb
import pytest

from .marts import NONE, SECOND_WAY, wrong
from .star import Star

# What takes the second way seconds: many rows.
LARGE = ("kpi.tilslutning_tragt", "kpi.tilslutning_tragt_sum", "kpi.tilslutning_tragt_visning", "kpi.kle_sager",
         "kpi.potentiale", "kpi.teknisk_gaeld", "kpi.timeprofil", "kpi.tavshed", "kpi.fravalg_sum",
         "kpi.tilslutning_hovedtal", "kpi.udbredelse_huller", "kpi.kald_pr_indbygger")  # fmt: skip


@pytest.fixture(scope="module")
def star(demo: duckdb.DuckDBPyConnection) -> Iterator[Star]:
    yield Star(demo)


def test_every_mart_has_a_second_way_or_a_reason(demo: duckdb.DuckDBPyConnection) -> None:
    sql = "select schema_name || '.' || table_name from duckdb_tables() where schema_name = 'kpi'"
    marts = {name for (name,) in demo.execute(sql).fetchall()}
    assert marts == {t for t in SECOND_WAY if t.startswith("kpi.")} | set(NONE)


def test_the_marts_are_what_the_second_way_makes_of_them(star: Star) -> None:
    small = [table for table in SECOND_WAY if table not in LARGE]
    assert [table for table in small if not star.rows(table)] == []
    assert wrong(star, small) == {}


@pytest.mark.long
def test_the_large_marts_too(star: Star) -> None:
    assert wrong(star, LARGE) == {}
