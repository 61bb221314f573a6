"""Sums of calls that are shown beside each other, or month after month, tell no single authority's own."""

import random
from pathlib import Path

import duckdb
import pytest

from kdi.disclosure.sums_together import (
    SERVICE,
    SYSTEM,
    Calls,
    Edge,
    Month,
    hide_telling_sums,
    tells_suppliers,
)
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


def test_what_a_supplier_can_subtract_is_not_told(tmp_path: Path) -> None:
    """Who supplies system-a knows that service 0's other calls are the single municipality's of system-b."""
    made = world({("system-a", "Service 0"): MANY, ("system-b", "Service 0"): MANY[:1]})
    assert "Service 0" not in {name for _, name in seen(made, tmp_path / "med")}


def test_what_two_suppliers_can_subtract_is_not_told() -> None:
    """Authorities 1 to 8 call through suppliers 1 and 2 each; authority 1 alone through supplier 3."""
    suppliers, who = [1] * 8 + [2] * 8, [*range(1, 9), *range(1, 9)]
    assert not tells_suppliers(suppliers, who, [True] * 16, [100] * 16)
    assert tells_suppliers([*suppliers, 3], [*who, 1], [True] * 17, [100] * 17)
    # what five have through it may be known, unless one has more than half of it
    suppliers, who = [*suppliers, *[3] * 5], [*who, *range(1, 6)]
    assert not tells_suppliers(suppliers, who, [True] * 21, [100] * 21)
    assert tells_suppliers(suppliers, who, [True] * 21, [100] * 20 + [401])


def test_a_month_is_decided_anew_when_its_calls_have_changed_and_only_then(tmp_path: Path) -> None:
    """A build that goes on from another's state hides what one from nothing hides."""
    made = World(random.Random(5), months=6)
    with duckdb.connect() as connection:
        for name, changed in (("foerste", {0, 1, 2, 3, 4, 5}), ("anden", {2}), ("tredje", set())):
            made.lay_out(connection, tmp_path / name)
            hide_telling_sums(connection)
            anew = connection.execute(
                "select datediff('month', date '2021-01-01', maaned) from kald_aendret"
            ).fetchall()
            assert {month for (month,) in anew} == changed
            connection.execute("detach kdi; detach tilstand; drop schema intermediate cascade")
            connection.execute("drop table raekker; drop table vindue")
            with duckdb.connect() as fresh:
                made.lay_out(fresh, tmp_path / f"{name}-forfra")
                hide_telling_sums(fresh)
            assert shown(tmp_path / name) == shown(tmp_path / f"{name}-forfra")
            if name == "foerste":
                before = shown(tmp_path / name)
                made.calls |= {
                    call: (1 + 40 * v, n) for call, (v, n) in made.calls.items() if call[0] == 2 and call[3] == MANY[0]
                }
        assert shown(tmp_path / "anden") != before


@pytest.mark.parametrize("seed", range(4))
def test_what_is_hidden_does_not_follow_from_the_order_of_the_parts(seed: int) -> None:
    """Two loads read the same rows in any order, and a rebuild must hide what they hid."""
    dice = random.Random(seed)
    services = [(SERVICE, f"Service {n}", "") for n in range(20)]
    systems = [(SYSTEM, f"system {n}", "SF1") for n in range(10)]
    month = Month()
    for service in services:
        for system in dice.sample(systems, 2):
            month.parts.append(Edge((service, system), calls(dice, dice.choice((1, 2, 7, 30)))))
    for node in (*services, *systems):
        month.sums[node] = calls(dice, dice.choice((15, 30, 90)))
    hidden = month.hidden()
    assert hidden and hidden < month.sums.keys()
    for _ in range(20):
        dice.shuffle(month.parts)
        assert month.hidden() == hidden


def calls(dice: random.Random, callers: int) -> Calls:
    own = sorted((dice.randrange(1, 1000) for _ in range(callers)), reverse=True)
    may_stand = callers >= 5 and own[0] <= sum(own) / 2
    return Calls(sum(own), may_stand, callers, tuple((dice.randrange(98), number) for number in own[:3]))


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


# Who reads, with what beside the releases, and whether it is promised that nothing is narrowed.
READERS: tuple[tuple[str, dict[str, int], bool], ...] = (
    ("Enhver, der har alle udgivelser", {}, True),
    ("To kommuner, der lægger deres egne tal til", {"municipalities": 2}, True),
    ("En leverandør, der lægger alle sine systemers kald til", {"suppliers": 1}, True),
    ("En leverandør og en kommune, der gør det sammen", {"suppliers": 1, "municipalities": 1}, False),
    ("To leverandører, der gør det sammen", {"suppliers": 2}, False),
)


@pytest.mark.long
def test_thirty_sequences_narrow_nothing_to_those_of_whom_it_is_promised(tmp_path: Path) -> None:
    lines = []
    for number, (who, readers, is_promised) in enumerate(READERS):
        folder = tmp_path / str(number)
        folder.mkdir()
        found = told(range(30), folder, **readers)
        assert found.narrowed == [] or not is_promised
        narrowed = danish.number(len(found.narrowed))
        lines.append([who, "30 forløb af 4 udgivelser", danish.number(found.tried), narrowed])
    page.assert_says(
        "kald: forløb", page.table(["Angriber", "Udgivelser", "Myndigheders tal angrebet", "Indsnævret"], lines)
    )
