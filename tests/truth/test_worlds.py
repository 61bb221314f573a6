"""Random worlds through a real load: every cell by a second way, whole and in random pieces."""

import random
import re
from pathlib import Path

import duckdb
import pytest
from pipeline.oracle import Expected
from samples.installation import Installation

from kdi.installation import here
from kdi.lake.standing import standings_in
from kdi.operations.comparison import left_out

from .compare import falsified
from .marts import FUNNEL_READERS, HIDDEN_LATER, SECOND_WAY, TRIED_ELSEWHERE, wrong
from .star import Row, Star
from .worlds import World, in_pieces, random_world

pytestmark = pytest.mark.long
SEEDS = range(1, 21)
SYSTEM = "case when system.identitet_regel <> 'uuid' then system.navn else system.uuid end"


def installation_of(world: World, folder: Path) -> Installation:
    installation = Installation(folder, folder / "dagster", as_of=world.as_of.isoformat())
    installation.replace_reference("folketal", list(world.population))
    installation.replace_reference("system_alias", list(world.aliases))
    installation.replace_reference("service_katalog", list(world.catalogue))
    return installation


def accept_what_waits(installation: Installation, said: str) -> bool:
    """As an operator: what is held back, or found to be unlike what is usual, is as it should be."""
    with installation.in_force():
        standings = standings_in(here().lake.log)
    waiting = [("delivery", s.delivery.leverance_id) for s in standings if s.state == "tilbageholdt"]
    waiting += [("finding", name) for name in dict.fromkeys(re.findall(r"[a-z_]+-[0-9a-f]{8}(?= )", said))]
    for what, name in waiting:
        installation.kdi(what, "accept", name, "--reason", "prøve", "--by", "Kim")
    return bool(waiting)


def load(installation: Installation, rebuild: bool = False) -> None:
    done = installation.load(rebuild=rebuild)
    while accept_what_waits(installation, "\n".join(done.failures)):
        done = installation.load()
    assert done.failures == []


def loaded_whole(world: World, folder: Path) -> Installation:
    installation = installation_of(world, folder)
    installation.deliver(*world.deliveries)
    load(installation)
    return installation


def assert_calls_are_those_delivered(installation: Installation, world: World) -> None:
    """The star's calls by hour, day and month, counted over the rows of the files."""
    expected = Expected(world.in_force, world.population, world.one_system)
    hours = installation.query(
        f"""select fakta.tidspunkt, cvr, {SYSTEM}, service, sum(antal_kald) from marts.fct_kald_time as fakta
        join marts.dim_myndighed using (myndighed_id) join marts.dim_it_system as system using (it_system_id)
        join marts.dim_service using (service_id) group by all"""
    )
    assert {row[:-1]: row[-1] for row in hours} == expected.per_hour()
    days = installation.query(
        f"""select dato, cvr, {SYSTEM}, service, sum(antal_kald) from marts.fct_kald_dag
        join marts.dim_dato using (dato_id)
        join marts.dim_myndighed using (myndighed_id) join marts.dim_it_system as system using (it_system_id)
        join marts.dim_service using (service_id) group by all"""
    )
    assert {row[:-1]: row[-1] for row in days} == expected.per_day()
    months = installation.query(
        f"""select platform, maaned, cvr, {SYSTEM}, service, version, sum(antal_kald) from marts.fct_kald_maaned
        join marts.dim_myndighed using (myndighed_id) join marts.dim_it_system as system using (it_system_id)
        join marts.dim_service using (service_id) group by all"""
    )
    assert {row[:-1]: row[-1] for row in months} == expected.per_month()


def content(installation: Installation) -> dict[str, list[tuple]]:
    """All tables but what depends on the loads (comparison.left_out)."""
    with installation.reader() as connection:
        return {
            table: connection.execute(
                f"select * exclude ({', '.join(left_out().get(table, ()))}) from {table} order by all"
                if table in left_out() else f"from {table} order by all"
            ).fetchall()
            for table in installation.tables()
        }  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_every_cell_of_a_random_world_whole_and_in_pieces(seed: int, tmp_path: Path) -> None:
    world = random_world(seed)
    whole = loaded_whole(world, tmp_path / "whole")
    assert_calls_are_those_delivered(whole, world)
    with whole.reader() as connection:
        assert wrong(Star(connection)) == {}
    pieces = installation_of(world, tmp_path / "pieces")
    for part in in_pieces(world, seed):
        pieces.deliver(*part)
        load(pieces)
    # one that counts: to restore another would put it in force
    counting = "select leverance_id from marts.leverance_log where status like 'publiceret%' order by all"
    name = random.Random(seed).choice([r for (r,) in pieces.query(counting)])
    for verb in ("withdraw", "restore"):
        pieces.kdi("delivery", verb, name, "--reason", "prøve", "--by", "Kim")
        load(pieces)
    one, other = content(whole), content(pieces)
    changed = {"marts.leverance_log", "marts.leverance_status"}
    assert {t for t in one if one[t] != other[t]} - changed == set()


def test_a_falsified_cell_of_any_column_is_noticed(tmp_path: Path) -> None:
    """One cell of each column of each mart, in a world by chance, is made another; some mart says otherwise then."""
    installation = loaded_whole(random_world(1), tmp_path / "world")
    with installation.reader() as connection:
        star = Star(connection)
        assert wrong(star) == {}
        assert [table for table in SECOND_WAY if not star.rows(table)] == []
        unnoticed = {
            (table, column)
            for table in SECOND_WAY
            for column in star.columns(table)
            if not _notices(connection, star, table, column)
        }
    assert unnoticed == set(TRIED_ELSEWHERE)


def _notices(connection: duckdb.DuckDBPyConnection, star: Star, table: str, column: str) -> bool:
    rows = star.rows(table)
    place = next((n for n, r in enumerate(rows) if r[column] is not None), 0)
    if column == HIDDEN_LATER.get(table):  # a no may stand for a yes: the no of what fewest have is made a yes
        place = min(range(len(rows)), key=lambda n: rows[n].get("kommuner", rows[n].get("kommuner_med_kald")))
    changed: list[Row] = [dict(r) for r in rows]
    changed[place][column] = falsified(changed[place][column])
    for looked_at in ([table], FUNNEL_READERS if table in ("kpi.tilslutning_tragt", "kpi.teknisk_gaeld") else []):
        other = Star(connection)
        other.put(star, table, changed)
        try:
            if wrong(other, looked_at):
                return True
        except (KeyError, TypeError, ValueError):  # a name that is no other's, or a number that is none
            return True
    return False
