"""What is published of an extract now says nothing together with what was published of it before."""

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest
from release import Count, Earlier, Place, Release, publish
from scipy.optimize import linprog

from kdi.disclosure.over_time import Edition, betrayed, divided_otherwise
from kdi.notation import danish

MARCH, JUNE, SEPTEMBER = date(2022, 3, 31), date(2022, 6, 30), date(2022, 9, 30)
ONE = {"Familiekompas": "Sag"}


def counts(release: Release) -> dict[tuple[str, str], tuple]:
    """What is shown, and why not, by extract and system."""
    rows = release.query(
        "select strftime(udtraeksdato, '%m'), navn, antal_sager, diskretion_aarsag from kdi.marts.fct_kle_sager"
        " join kdi.marts.dim_it_system using (it_system_id)"
    )
    return {(month, system): (cases, reason) for month, system, cases, reason in rows}


def after(*steps: tuple[list[Count], dict[str, str], int]) -> Release:
    """Publish one after the other, and return the last."""
    earlier, release = Earlier(), None
    for number, (cells, alias, threshold) in enumerate(steps):
        release = publish(cells, threshold=threshold, alias=alias, earlier=earlier)
        earlier = earlier.and_of(release, str(number))
    assert release is not None
    return release


def pair(small: int | None, other: int | None, extract: date = MARCH) -> list[Count]:
    return [
        Count("Aalborg", "Familiekompas", "00.01.00", small, extract),
        Count("Aalborg", "Sag", "00.01.00", other, extract),
    ]


def test_two_systems_that_become_one_show_no_sum_over_a_count_that_was_hidden() -> None:
    """43 less the 40 that everybody has is the 3."""
    assert counts(after((pair(3, 40), ONE, 5)))["03", "Sag"] == (43, None)
    assert counts(after((pair(3, 40), {}, 5), (pair(3, 40), ONE, 5)))["03", "Sag"] == (None, "tidligere")


def test_one_system_that_becomes_two_shows_neither_part() -> None:
    apart = counts(after((pair(3, 40), ONE, 5), (pair(3, 40), {}, 5)))
    assert apart == {("03", "Familiekompas"): (None, "tidligere"), ("03", "Sag"): (None, "tidligere")}


def test_what_was_shown_before_and_hides_nothing_is_shown() -> None:
    assert counts(after((pair(9, 40), {}, 5), (pair(9, 40), ONE, 5)))["03", "Sag"] == (49, None)
    assert counts(after((pair(0, 40), ONE, 5), (pair(0, 40), {}, 5))) == {
        ("03", "Familiekompas"): (0, None),
        ("03", "Sag"): (40, None),
    }


def test_it_stays_hidden_when_the_release_that_would_tell_it_is_long_gone() -> None:
    earlier = Earlier()
    for alias in ({}, ONE, ONE):
        release = publish(pair(3, 40), alias=alias, earlier=earlier)
        earlier = Earlier().and_of(release, "nyeste")  # only the newest is kept
    assert counts(release)["03", "Sag"] == (None, "tidligere")


def test_a_count_beside_a_small_one_stays_hidden_when_that_one_is_withdrawn() -> None:
    """Were June's 6 shown meanwhile, March's count would come back beside a number that all have."""
    both = [*pair(None, 3), *pair(None, 6, JUNE)]
    assert counts(after((both, {}, 5)))["06", "Sag"] == (None, "sekundaer")
    assert counts(after((both, {}, 5), (pair(None, 6, JUNE), {}, 5)))["06", "Sag"] == (None, "tidligere")


@pytest.mark.parametrize(("corrected", "shown"), [(6, (None, "tidligere")), (8, (None, "tidligere")), (9, (9, None))])
def test_a_correction_that_moves_a_small_count_by_less_than_five_is_hidden(corrected: int, shown: tuple) -> None:
    found = counts(after((pair(None, 4), {}, 5), (pair(None, corrected), {}, 5)))
    assert found["03", "Sag"] == shown


def test_a_threshold_that_is_lowered_shows_what_its_owner_lets_be_shown() -> None:
    assert counts(after((pair(7, 40), {}, 10), (pair(7, 40), {}, 5)))["03", "Familiekompas"] == (7, None)


# An attacker who has kept every release, knows every alias and the rules, and can do linear programming. It knows no
# model: the unknowns are what the suppliers delivered, each count of each version of a file by itself.

Cell = tuple[str, str, date, int]
"""Authority, system as delivered, extract, and which version of the file."""


@dataclass(frozen=True)
class Said:
    """What a release said of systems that it took for one: their sum, or within what it is hidden."""

    cells: frozenset[Cell]
    low: float
    high: float
    is_hidden: bool


@dataclass
class World:
    """Deliveries that change, and the releases made of them."""

    dice: random.Random
    cells: dict[tuple[str, str, date], tuple[int | None, int]]
    alias: dict[str, str]
    threshold: int = 5
    withdrawn: frozenset[date] = frozenset()

    def change(self) -> None:
        """One of the things that happen between two releases."""
        match self.dice.randrange(7):
            case 0 | 1 | 2:
                names = list(self.dice.choice(_ALIASES))
                self.alias = {name: self.dice.choice(names[:1]) for name in names[1:]}
            case 3:
                self._correct()
            case 4:
                self.withdrawn = frozenset(self.dice.sample([MARCH, JUNE], self.dice.randrange(2)))
            case 5:
                self.threshold = self.dice.choice((5, 7))
            case 6:
                self.cells[f"Kommune {self.dice.randrange(9)}", self.dice.choice(_SYSTEMS), SEPTEMBER] = (
                    self._cases(),
                    0,
                )

    def _correct(self) -> None:
        for key in self.dice.sample(sorted(self.cells), 3):
            cases, version = self.cells[key]
            moved = self.dice.choice((self._cases(), (cases or 0) + 3))
            self.cells[key] = (moved, version + 1)

    def _cases(self) -> int | None:
        return self.dice.choice((None, *range(10), *range(5), 40, 400))

    def known_to(self, whose: Callable[[str, str], bool]) -> list[Said]:
        """What somebody knows who delivered it: the cells of their own authority or system."""
        return [
            Said(frozenset({(who, system, extract, version)}), cases, cases, False)
            for (who, system, extract), (cases, version) in self.cells.items()
            if cases is not None and whose(who, system)
        ]

    def published(self, earlier: Earlier) -> Release:
        deliveries = [
            Count(authority, system, "00.01.00", cases, extract)
            for (authority, system, extract), (cases, _) in self.cells.items()
            if extract not in self.withdrawn
        ]
        return publish(deliveries, _PLACES, threshold=self.threshold, alias=self.alias, earlier=earlier)

    def says(self, release: Release) -> list[Said]:
        """The release's rows as bounds on sums of what was delivered."""
        rows = release.query(
            "select myndighed.navn, system.navn, udtraeksdato, antal_sager, diskretion_aarsag"
            " from kdi.marts.fct_kle_sager"
            " join kdi.marts.dim_myndighed as myndighed using (myndighed_id)"
            " join kdi.marts.dim_it_system as system using (it_system_id)"
        )
        found = []
        for authority, system, extract, cases, reason in rows:
            parts = {
                (authority, name, extract, version)
                for (who, name, when), (_, version) in self.cells.items()
                if (who, when) == (authority, extract) and self.alias.get(name, name) == system
            }
            low, high = self._range(reason, len(parts)) if cases is None else (cases, cases)
            found.append(Said(frozenset(parts), low, high, reason in ("primaer", "sekundaer")))
        return [*found, *self._rests(release, found)]

    def _rests(self, release: Release, rows: list[Said]) -> Iterator[Said]:
        """What the sums say of the hidden counts under them: each sum less what is shown of it."""
        by_extract = {extract.isoformat(): extract for extract in (MARCH, JUNE, SEPTEMBER)}
        sums = release.query(
            "select udtraeksdato::varchar, geo_niveau, geografi, it_system, antal_sager from kdi.kpi.kle_sager"
            " where kle_niveau = 'emne' and antal_sager is not null"
        )
        for day, level, place, system, total in sums:
            under = [
                one
                for one in rows
                for who, name, extract, _ in [min(one.cells)]
                if extract == by_extract[day]
                and (level == "land" or place in (who, _PLACES[who].landsdel, _PLACES[who].region))
                and system in ("Alle it-systemer", self.alias.get(name, name))
            ]
            rest = total - sum(one.low for one in under if one.low == one.high and not one.is_hidden)
            hidden = frozenset().union(*(one.cells for one in under if one.is_hidden or one.low != one.high))
            if rest and hidden:
                yield Said(hidden, rest, rest, False)

    def _range(self, reason: str, parts: int) -> tuple[float, float]:
        match reason:
            case "primaer":
                return 1, self.threshold - 1
            case "sekundaer":
                return self.threshold, 2 * self.threshold - 2
            case "kilde":  # of several systems the others may have any number
                return 1, self.threshold - 1 if parts == 1 else np.inf
        return 0, np.inf


_SYSTEMS = ("Sag", "Familiekompas", "Post")
_PLACES = {f"Kommune {n}": Place(f"Landsdel {n // 3}", f"Region {n // 6}") for n in range(9)}
_ALIASES = ((), ("Sag", "Familiekompas"), ("Sag", "Post"), ("Familiekompas", "Post"), _SYSTEMS)


def narrowed(before: list[Said], now: list[Said], known: list[Said]) -> list[str]:
    """The hidden ones that this release bounds more closely than their reason and the releases before it did.

    Args:
        known: what the readers delivered themselves; theirs are not hidden from them.
    """
    found = []
    own = frozenset().union(*(s.cells for s in known))
    for one in (s for s in now if s.is_hidden and not s.cells & own):
        (low, high), (low_before, high_before) = bounds(one, [*before, *now, *known]), bounds(one, before)
        if low > max(low_before, one.low) + 1e-6 or high < min(high_before, one.high) - 1e-6:
            found.append(f"{sorted(one.cells)}: {low:g} to {high:g}, said {one.low:g} to {one.high:g}")
    return found


def bounds(one: Said, said: list[Said]) -> tuple[float, float]:
    """Least and largest sum of the cells that fits all that was said."""
    linked, cells = [], set(one.cells)
    while more := [s for s in said if s not in linked and s.cells & cells]:
        linked += more
        cells = cells.union(*(s.cells for s in more))
    place = {cell: i for i, cell in enumerate(sorted(cells))}
    sums = np.array([[float(cell in s.cells) for cell in place] for s in [one, *linked]])
    limited = [s.high < np.inf for s in linked]
    matrix = np.vstack([sums[1:][limited], -sums[1:]])
    limits = np.array([s.high for s in linked if s.high < np.inf] + [-s.low for s in linked])
    found = []
    for sign in (1.0, -1.0):
        result = linprog(sign * sums[0], A_ub=matrix, b_ub=limits, bounds=(0, None), method="highs")
        assert result.status in (0, 3), f"what is published contradicts itself: {linked}"
        found.append(sign * result.fun if result.status == 0 else np.inf)
    return found[0], found[1]


def nobodys(authority: str, system: str) -> bool:
    return False


def sequence(
    seed: int, releases: int = 6, remembers: bool = True, whose: Callable[[str, str], bool] = nobodys
) -> tuple[int, int, int]:
    """Random releases one after the other: cells, those that are hidden, and those for earlier releases' sake.

    Args:
        whose: which cells the readers delivered themselves and lay beside the releases.
    """
    dice = random.Random(seed)
    world = World(dice, {}, {})
    for authority in range(9):
        for system in _SYSTEMS:
            for extract in (MARCH, JUNE):
                world.cells[f"Kommune {authority}", system, extract] = (world._cases(), 0)
    said: list[Said] = []
    known: list[Said] = []
    earlier, cells, hidden, because = Earlier(), 0, 0, 0
    for number in range(releases):
        release = world.published(earlier)
        earlier = earlier.and_of(release, str(number)) if remembers else earlier
        now = world.says(release)
        known += world.known_to(whose)
        assert narrowed(said, now, known) == [], f"sequence {seed}, release {number}"
        said += now
        reasons = [reason for _, reason in counts_of(release)]
        cells, hidden = cells + len(reasons), hidden + sum(r is not None for r in reasons)
        because += reasons.count("tidligere")
        world.change()
    return cells, hidden, because


def counts_of(release: Release) -> list[tuple]:
    return release.query("select antal_sager, diskretion_aarsag from kdi.marts.fct_kle_sager")


# Sequences in which a release that knew nothing of those before would tell a hidden count.
TELLING = (4, 5, 7)


@pytest.mark.parametrize("seed", TELLING)
def test_releases_narrow_no_hidden_count_together_though_they_would(seed: int) -> None:
    with pytest.raises(AssertionError, match=f"sequence {seed}, release"):
        sequence(seed, remembers=False)
    assert sequence(seed)[2] > 0


@pytest.mark.long
def test_thirty_sequences_of_releases_narrow_no_hidden_count(results: dict[str, str]) -> None:
    cells, hidden, because = (int(n) for n in np.array([sequence(seed) for seed in range(30)]).sum(axis=0))
    results["30 tilfældige forløb af 6 udgivelser"] = (
        f"0 af {danish.number(hidden)} skjulte antal indsnævret af alle udgivelser tilsammen;"
        f" {danish.number(100 * because / cells, 1)} % af {danish.number(cells)} antal er skjult for tidligere"
        " udgivelsers skyld"
    )


# Of one system by an alias the supplier is one, so suppliers are tried where systems are not made one.
COLLUDING: dict[str, Callable[[str, str], bool]] = {
    "to kommuner": lambda authority, system: authority in ("Kommune 1", "Kommune 2"),
    "en kommune og en leverandør": lambda authority, system: authority == "Kommune 1" or system == "Post",
    "to leverandører": lambda authority, system: system in ("Post", "Familiekompas"),
}


@pytest.mark.long
@pytest.mark.parametrize("who", COLLUDING)
def test_what_two_delivered_themselves_narrows_nothing_of_others(
    who: str, results: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if "leverandør" in who:
        monkeypatch.setattr(sys.modules[__name__], "_ALIASES", ((),))
    hidden = sum(sequence(seed, whose=COLLUDING[who])[1] for seed in range(30))
    results[f"Det samme, når {who} lægger det til, de selv har leveret"] = f"0 af {danish.number(hidden)}"


def test_the_gates_own_attacker_finds_the_same() -> None:
    """One number hidden and one shown, and their sum before or after. Of another delivery it knows nothing."""
    sag, familie = 1, 2
    cell = ("2022-03-31", 7, 9)
    apart = {sag: frozenset({"s"}), familie: frozenset({"f"})}
    together = {sag: frozenset({"s", "f"})}

    def edition(systems: dict, rows: dict, delivery: str = "a") -> Edition:
        return Edition("udgivelse", systems, {"2022-03-31": delivery}, {cell: rows})

    both = edition(together, {sag: (43, None)})
    hidden = edition(together, {sag: (None, "tidligere")})
    each = edition(apart, {sag: (40, None), familie: (None, "primaer")})
    neither = edition(apart, {sag: (None, "tidligere"), familie: (None, "primaer")})
    assert divided_otherwise([together, apart]) == {"s", "f"}
    assert divided_otherwise([apart, apart]) == frozenset()
    assert betrayed(each, [both], 5) == betrayed(both, [each], 5) == [(cell, familie, "primaer")]
    assert betrayed(neither, [both], 5) == betrayed(hidden, [each], 5) == []
    assert betrayed(replace(each, deliveries={"2022-03-31": "b"}), [both], 5) == []
