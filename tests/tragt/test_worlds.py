"""The models against a second way of computing, on random worlds, whole and in pieces."""

import csv
import random
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from truth.marts import TRIED_ELSEWHERE

from kdi.settings import PROJECT_ROOT

from .models import Models, up_to
from .second_way import REACHED, Funnel, World
from .worlds import random_world

with (PROJECT_ROOT / "reference" / "kommuner.csv").open(encoding="utf-8", newline="") as stream:
    MUNICIPALITIES = tuple(row["cvr"] for row in csv.DictReader(stream, delimiter=";"))
STEPS = {
    "udfaset", "stabil_brug", "foerste_kald", "fravalgt", "aftale", "klarmeldt", "tilmeldt", "forpligtet", "mulig",
}  # fmt: skip


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory, target: Path) -> tuple[World, Models]:
    """98 municipalities × 21 systems × 5 interfaces: some ten thousand histories of 14 months."""
    world = random_world(24, MUNICIPALITIES, systems=21, months=14)
    models = Models(tmp_path_factory.mktemp("histories") / "build", target)
    models.build(world)
    return world, models


@pytest.mark.long
def test_ten_thousand_histories_are_in_exactly_one_step_each_month(histories: tuple[World, Models]) -> None:
    _, models = histories
    key = "cvr, it_system, snitflade"
    ((count,),) = models.query(f"select count(distinct ({key})) from kpi.tilslutning_tragt where snitflade is not null")
    assert count >= 10_000
    assert models.query(f"select 1 from kpi.tilslutning_tragt group by maaned, {key} having count(*) > 1") == []
    assert {step for (step,) in models.query("select distinct trin from kpi.tilslutning_tragt")} == STEPS
    assert (
        models.query("select 1 from kpi.tilslutning_tragt where siden is null or dage < 0 or siden > maaned + 31") == []
    )


def test_no_date_runs_backwards_nor_is_lost(histories: tuple[World, Models]) -> None:
    _, models = histories
    for earlier, later in pairwise(REACHED):
        wrong = f"naaet_{later} is not null and coalesce(naaet_{earlier} > naaet_{later}, true)"
        assert models.query(f"select 1 from kpi.tilslutning_tragt where {wrong} limit 1") == []
    changed = " or ".join(
        f"(foer.naaet_{s} is not null and foer.naaet_{s} is distinct from nu.naaet_{s})" for s in REACHED
    )
    assert (
        models.query(
            f"""select 1 from kpi.tilslutning_tragt as nu join kpi.tilslutning_tragt as foer
            using (cvr, it_system, snitflade)
        where foer.maaned < nu.maaned and ({changed}) limit 1"""
        )
        == []
    )


def test_parts_add_up(histories: tuple[World, Models]) -> None:
    world, models = histories
    whole = dict(models.query("select maaned, count(*) from kpi.tilslutning_tragt group by maaned"))
    sums = models.query("select maaned, niveau, sum(antal) from kpi.tilslutning_tragt_sum group by maaned, niveau")
    assert len(sums) == 5 * len(whole)
    assert [(month, level) for month, level, number in sums if number != whole[month]] == []
    assert set(whole) == world.loaded_months()
    assert models.query("select 1 from kpi.teknisk_gaeld where mulige <> realiseret + gaeld + kan_ikke_maales") == []
    assert (
        models.query(
            """select 1 from kpi.tilslutning_hovedtal join (
            select maaned, sum(mulige) as mulige, sum(realiseret) as realiseret from kpi.teknisk_gaeld group by maaned
        ) using (maaned) where mulige_i_brug <> mulige or med_kald <> realiseret"""
        )
        == []
    )


def test_what_others_see_leaves_no_rest_that_could_not_be_shown(histories: tuple[World, Models]) -> None:
    """Of each month's K98 total, less the totals shown of its systems: nothing, or five municipalities at least."""
    _, models = histories
    hidden = models.query(
        """
        with skjulte as (
            select alle.maaned, alle.krav, alle.it_system from kpi.tilslutning_tragt_sum as alle
            where alle.niveau = 'it_system' group by all
            except
            select maaned, krav, it_system from kpi.tilslutning_tragt_visning where niveau = 'it_system'
        )
        select skjulte.maaned, skjulte.krav, count(distinct tragt.cvr) as kommuner
        from skjulte join kpi.tilslutning_tragt as tragt on tragt.maaned = skjulte.maaned
            and tragt.it_system = skjulte.it_system and tragt.krav is not distinct from skjulte.krav
        group by all having kommuner < 5
        """
    )
    assert hidden == []
    shown = models.query("select opdeling, min(kommuner) from kpi.tilslutning_tragt_visning group by opdeling")
    assert {level for level, _ in shown} <= {"trin", "samlet", "total"} and all(least >= 5 for _, least in shown)


def of_second_way(world: World) -> dict[str, dict[tuple, dict[str, object]]]:
    """The steps by month, municipality, system and interface, and the debts by month, municipality and system."""
    second = Funnel(world)
    debts = {(m, k, s): debt for k, s in second.pairs() for m in second.months if (debt := second.debt(k, s, m))}
    return {"kpi.tilslutning_tragt": dict(second.rows()), "kpi.teknisk_gaeld": debts}


def assert_second_way_agrees(world: World, models: Models) -> None:
    for table, rows in of_second_way(world).items():
        key = ("maaned", "cvr", "it_system", "snitflade")[: len(next(iter(rows)))]
        fields = list(next(iter(rows.values())))
        found = {tuple(r[k] for k in key): {f: r[f] for f in fields} for r in models.records(f"select * from {table}")}
        assert found == rows
    events = models.query(
        "select it_system, snitflade, statusdato, fra, til, dage, retning from kpi.klarmelding_haendelser"
    )
    assert Counter(events) == Counter(Funnel(world).events())


def test_what_no_other_second_way_follows_is_compared_here() -> None:
    compared = of_second_way(random_world(3, MUNICIPALITIES[:2], systems=2))
    fields = {(table, field) for table, rows in compared.items() for row in rows.values() for field in row}
    assert set(TRIED_ELSEWHERE) <= fields


def build_in_pieces(world: World, models: Models, seed: int) -> None:
    """First nine months without one that comes late, then two more, then all but the late one, which comes last.

    Of every second world the lists are there from the beginning: a new one makes all months anew, calls only theirs and
    later ones.
    """
    dice = random.Random(seed)
    months = sorted(world.loaded_months())
    late = {months[dice.randrange(3, 8)]}
    steps = [up_to(world, months[i], late, all_lists=seed % 2 == 1) for i in (8, 10, -1)]
    before = steps[0]
    models.build(before)
    for now in (*steps[1:], world):
        models.build(now, touched(before, now))
        before = now


def touched(before: World, now: World) -> set[date]:
    return {m for p in now.loaded for m in now.loaded[p] ^ before.loaded[p]}


def agree_whole_and_in_pieces(seed: int, folder: Path, target: Path) -> None:
    world = random_world(seed, MUNICIPALITIES[:5], systems=5)
    whole, pieces = Models(folder / "whole", target), Models(folder / "pieces", target)
    whole.build(world)
    assert_second_way_agrees(world, whole)
    build_in_pieces(world, pieces, seed)
    assert pieces.content() == whole.content()


@pytest.mark.long
def test_a_second_way_of_computing_agrees_whole_and_in_pieces(tmp_path: Path, target: Path) -> None:
    agree_whole_and_in_pieces(3, tmp_path, target)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 120))
def test_a_second_way_agrees_on_twenty_worlds(seed: int, tmp_path: Path, target: Path) -> None:
    agree_whole_and_in_pieces(seed, tmp_path, target)
