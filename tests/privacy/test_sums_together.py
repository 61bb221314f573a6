"""Sums of calls that are shown beside each other, or month after month, tell no single authority's own."""

import random
from pathlib import Path

import pytest

from kdi.notation import danish

from . import page
from .calls import AUTHORITIES, Outcome, World, sequence, shown

MANY = [who for who, is_one in AUTHORITIES.items() if is_one][:8]


def world(parts: dict[tuple[str, str], list[str]], begins: dict[str, int] | None = None) -> World:
    """Each caller has 100 calls of a service through a system, in each of three months."""
    made = World(random.Random(1), months=3)
    made.calls = {
        (month, system, service, who): (100, 0)
        for (system, service), callers in parts.items()
        for who in callers
        for month in range((begins or {}).get(who, 0), 3)
    }
    return made


def seen(made: World, path: Path, hide: bool = True) -> set[tuple[int, str]]:
    """The sums that are shown, by the last month and name."""
    made.release(path, [], hide)
    return {(month, service or f"{system} {interface}") for month, service, system, interface, _ in shown(path)}


def test_what_a_service_has_beside_the_shown_systems_is_not_told(tmp_path: Path) -> None:
    """Service 0 less system-a's part of it is what a single municipality calls through system-b."""
    made = world({("system-a", "Service 0"): MANY, ("system-b", "Service 0"): MANY[:1]})
    assert seen(made, tmp_path / "uden", hide=False) == {
        (m, n) for m in range(3) for n in ("Service 0", "system-a SF0")
    }
    assert len({name for _, name in seen(made, tmp_path / "med")}) <= 1


def test_where_nothing_is_told_all_is_shown(tmp_path: Path) -> None:
    made = world({("system-a", "Service 0"): MANY, ("system-b", "Service 0"): MANY, ("system-c", "Service 1"): MANY})
    assert seen(made, tmp_path / "med") == seen(made, tmp_path / "uden", hide=False)


def test_what_came_with_a_month_is_not_told(tmp_path: Path) -> None:
    """Twelve months' sum less that of the month before is the month, in which one calls ten times the others."""
    made = world({("system-a", "Service 0"): MANY})
    assert (2, "Service 0") in seen(made, tmp_path / "lige")
    made.calls[1, "system-a", "Service 0", MANY[0]] = (1000, 0)
    assert (1, "Service 0") not in seen(made, tmp_path / "med")
    assert (2, "Service 0") not in seen(made, tmp_path / "senere")


def told(seeds: range, folder: Path, **how: int) -> Outcome:
    """Sequences of releases together."""
    found = [sequence(seed, folder, **how) for seed in seeds]
    return Outcome(
        sum(o.rows for o in found), sum(o.shown for o in found), sum(o.tried for o in found),
        [n for o in found for n in o.narrowed],
    )  # fmt: skip


def test_releases_narrow_nothing_together_though_they_would(tmp_path: Path) -> None:
    assert sequence(1, tmp_path, releases=1, secrets=12, hide=False).narrowed
    assert sequence(1, tmp_path, releases=2, secrets=12).narrowed == []


@pytest.mark.lang
def test_thirty_sequences_narrow_nothing_to_a_stranger_nor_to_two_that_collude(tmp_path: Path) -> None:
    lines = []
    for who, colluding in (("Enhver, der har alle udgivelser", 0), ("To kommuner, der lægger deres egne tal til", 2)):
        found = told(range(30), tmp_path, colluding=colluding)
        assert found.narrowed == []
        lines.append([who, "30 forløb af 4 udgivelser", danish.number(found.tried), "0"])
    page.assert_says(
        "kald: forløb", page.table(["Angriber", "Udgivelser", "Myndigheders tal angrebet", "Indsnævret"], lines)
    )
