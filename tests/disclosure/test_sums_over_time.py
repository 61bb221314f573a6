"""A sum that grows tells no single authority's share of what came."""

from pathlib import Path

import duckdb
import pytest

from kdi.disclosure.sums_over_time import hide_telling_changes
from kdi.publish.access import Decisions
from kdi.publish.release import KeptRelease

BIDRAG = "select noegle, hvem, vaerdi from kdi.marts.kald"
DECIDED = Decisions.model_validate(
    {
        "tabeller": {
            "kpi.sum": {
                "adgang": "alle",
                "anonym": ["kald"],
                "grund": "Prøve",
                "tal": {"flere": {"kald": {"kommuner": "9", "bidrag": BIDRAG}}},
            }
        }
    }
)
SIX = {"a": 100, "b": 100, "c": 100, "d": 100, "e": 100, "f": 100}


def write(path: Path, calls: dict[str, int], shown: bool = True) -> Path:
    """A release's database: the calls, and their sum."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create schema marts; create schema kpi;"
            " create table marts.kald (noegle varchar, hvem varchar, vaerdi bigint);"
            " create table kpi.sum (noegle varchar, kald bigint, er_anonym boolean)"
        )
        connection.executemany("insert into marts.kald values (null, ?, ?)", list(calls.items()))
        connection.execute("insert into kpi.sum values (null, ?, ?)", [sum(calls.values()), shown])
    return path


def hidden(tmp_path: Path, before: dict[str, int], now: dict[str, int], shown_before: bool = True) -> int:
    """How many rows are hidden in the release after; a key may be unknown, as a service's version."""
    earlier = KeptRelease("før", write(tmp_path / "foer.duckdb", before, shown_before), tmp_path / "tilstand.duckdb")
    duckdb.connect(str(earlier.state)).close()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{write(tmp_path / 'nu.duckdb', now)}' as kdi")
        found = hide_telling_changes(connection, [earlier], DECIDED)
        ((seen,),) = connection.execute("select er_anonym from kdi.kpi.sum").fetchall()
    assert seen == (not found)
    return found.get("kpi.sum", 0)


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({}, 0),
        ({"g": 40}, 1),  # a municipality more: the difference is its own
        ({"a": 130}, 1),  # one corrected
        (dict.fromkeys("abcd", 110), 1),  # four
        (dict.fromkeys("abcde", 110), 0),
        ({"a": 200} | dict.fromkeys("bcdef", 110), 1),  # six, of whom one has two thirds
        ({"a": 90} | dict.fromkeys("bcdef", 110), 0),
    ],
)
def test_a_change_that_is_one_authoritys_is_not_seen(change: dict[str, int], rows: int, tmp_path: Path) -> None:
    assert hidden(tmp_path, SIX, SIX | change) == rows


def test_what_nobody_saw_before_tells_nothing(tmp_path: Path) -> None:
    assert hidden(tmp_path, SIX, SIX | {"g": 40}, shown_before=False) == 0
