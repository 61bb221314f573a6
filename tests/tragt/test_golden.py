"""The hand-worked cases: what the definition says of a small world, loaded as its suppliers' files in two loads."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from samples.ways import Loaded

from expectations.profiles import profiles
from kdi.ingest.rules import code_of

from . import deliveries
from .deliveries import Row, read

REACHED = [f"naaet_{step}" for step in ("forpligtet", "tilmeldt", "klarmeldt", "aftale", "foerste_kald", "stabil_brug")]
KEY = ("maaned", "cvr", "it_system", "snitflade")


def cases(name: str) -> list[Any]:
    """The rows of a file, each by its number and why it is so."""
    return [pytest.param(row, id=f"{row['sag']}: {row['hvorfor']}") for row in read(name)]


def found(golden: Loaded, table: str, case: Row, key: Iterable[str]) -> list[Row]:
    """The mart's rows of a case, spelled as in the file."""
    key = list(key)
    month = "strftime(maaned, '%Y-%m')"
    where = " and ".join(f"{month if k == 'maaned' else k} is not distinct from ?" for k in key)
    rows = golden.installation.records(f"select * from {table} where {where}", *(case[k] or None for k in key))
    return [{k: said(v) for k, v in row.items()} for row in rows]


def said(value: object) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nej"
    return "" if value is None else str(value)


def expected(case: Row, key: Iterable[str]) -> Row:
    return {k: v for k, v in case.items() if k not in ("sag", "hvorfor", *key)}


def assert_case(golden: Loaded, table: str, case: Row, key: tuple[str, ...]) -> None:
    wanted = expected(case, key)
    (row,) = found(golden, table, case, key)
    assert {k: row[k] for k in wanted} == wanted


def test_the_world_is_loaded_and_what_was_not_understood_is_told(golden: Loaded) -> None:
    assert golden.result.failures == []
    notes = "\n".join(golden.result.notes)
    assert (
        "onboarding/onboarding_2022-03-14.xlsx: 2 celler med klarmelding, som ingen kender (nærmest »Klarmeldt«)"
        in notes
    )
    assert "SF1520 række 9" in notes and "SF1530 række 9" in notes
    assert "»Fagsystem I« står i række 8 og række 9 med forskellig klarmelding for SF1520" in notes
    assert "3 celler med årsag står ikke ved klarmelding Nej, Irrelevant eller Administrativt fjernet" in notes
    assert "1 celle med årsag, som ingen kender" in notes


@pytest.mark.parametrize("case", cases("forventet_tragt"))
def test_step(golden: Loaded, case: Row) -> None:
    if case["trin"] == "ingen_raekke":
        assert found(golden, "kpi.tilslutning_tragt", case, KEY) == []
    else:
        assert_case(golden, "kpi.tilslutning_tragt", case, KEY)


@pytest.mark.parametrize("case", cases("forventet_datoer"))
def test_dates_reached(golden: Loaded, case: Row) -> None:
    assert set(REACHED) <= set(case)
    assert_case(golden, "kpi.tilslutning_tragt", case, KEY)


@pytest.mark.parametrize("case", cases("forventet_haendelser"))
def test_event(golden: Loaded, case: Row) -> None:
    assert_case(golden, "kpi.klarmelding_haendelser", case, ("it_system", "snitflade", "statusdato"))


@pytest.mark.parametrize("case", cases("forventet_gaeld"))
def test_debt_and_phase(golden: Loaded, case: Row) -> None:
    key = ("maaned", "cvr", "it_system")
    if case["fase"] == "ingen_raekke":
        assert found(golden, "kpi.teknisk_gaeld", case, key) == []
    else:
        assert_case(golden, "kpi.teknisk_gaeld", case, key)


@pytest.mark.parametrize("case", cases("forventet_hovedtal"))
def test_headline(golden: Loaded, case: Row) -> None:
    assert_case(golden, "kpi.tilslutning_hovedtal", case, ("maaned",))


@pytest.mark.parametrize(("name", "column"), [("ordforraad_status", "klarmelding"), ("ordforraad_aarsag", "aarsag")])
def test_every_wording_of_the_deck_is_what_it_is(name: str, column: str) -> None:
    (of_profile,) = [c for c in profiles()["onboarding"].columns if c.name == column]
    with duckdb.connect() as connection:
        sql = f"select {code_of(of_profile)} from (select nullif(trim(?), '') as {column})"
        understood = {row["ord"]: connection.execute(sql, [row["ord"]]).fetchall()[0][0] for row in read(name)}
    assert understood == {row["ord"]: None if row[column] in ("?", "") else row[column] for row in read(name)}


def test_the_potential_is_the_debts_possible_uses(golden: Loaded) -> None:
    """From the first SKI list and sheet on; the five states readers see are the same rows."""
    months = golden.installation.query(
        """
        with gaeld as (
            select maaned, sum(mulige) as mulige, sum(realiseret) as realiseret,
                sum(kan_ikke_maales) as kan_ikke_maales, sum(gaeld) as gaeld
            from kpi.teknisk_gaeld group by maaned
        )
        select maaned, gaeld.mulige - k98.mulige, gaeld.realiseret - k98.realiseret,
            gaeld.kan_ikke_maales - k98.kan_ikke_maales, gaeld.gaeld - k98.udbredelse - k98.tilslutning,
            k98.udbredelse - k98.andre_i_gang - k98.klarmeldt_ubrugt
        from gaeld join kpi.potentiale_k98 as k98 using (maaned) where maaned >= date '2022-01-01' order by maaned
        """
    )
    assert len(months) == 12
    assert [differences for _, *differences in months] == [[0] * 5] * 12


def test_every_level_of_the_sums_is_the_whole(golden: Loaded) -> None:
    rows = golden.installation.query(
        """
        select distinct niveau, antal = i_alt from (
            select maaned, niveau, sum(antal) as antal from kpi.tilslutning_tragt_sum group by maaned, niveau
        ) join (select maaned, count(*) as i_alt from kpi.tilslutning_tragt group by maaned) using (maaned)
        """
    )
    assert sorted(rows) == [(level, True) for level in ("it_system", "k98", "kommune", "leverandoer", "snitflade")]


@pytest.mark.long
def test_two_loads_are_what_one_is(golden: Loaded, tmp_path: Path) -> None:
    """The second load brings a re-delivery, a sheet dated before another, and months between loaded ones."""
    installation, every = deliveries.installation(tmp_path), deliveries.files()
    installation.deliver(*every[:4], *every[12:18], *every[25:31])
    assert installation.load().failures == []
    installation.deliver(*every[4:12], *every[18:25], *every[31:])
    assert installation.load().failures == []
    found, expected = installation.content(), golden.installation.content()
    # Of the sheet that came twice, the earlier file lay in the inbox of the two loads alone.
    log = found["marts.leverance_log"]
    (replaced,) = [row for row in log if row not in expected["marts.leverance_log"]]
    assert "erstattet" in replaced
    log.remove(replaced)
    assert found == expected
