"""The published figures are those that plain Python counts over the delivered rows."""

from datetime import date, datetime
from typing import Any

import pytest
from samples import world
from samples.deliveries import cvr_of
from samples.ways import Loaded

from .oracle import Expected

EXPECTED = Expected(world.IN_FORCE, world.population(), world.ONE_SYSTEM, world.IN_USE)
# A merged system is told by its name, any other by its UUID.
SYSTEM = "case when system.identitet_regel <> 'uuid' then system.navn else system.uuid end"


def test_everything_is_published(at_once: Loaded) -> None:
    assert at_once.result.failures == []
    assert {d.status for d in at_once.result.taken_in} == {"indlaest"}
    assert len(at_once.result.taken_in) == len(world.ALL)


def test_every_hour_has_its_calls(at_once: Loaded) -> None:
    rows = at_once.installation.query(
        f"""select fakta.tidspunkt, myndighed.cvr, {SYSTEM}, service.service, fakta.antal_kald
        from marts.fct_kald_time as fakta
        join marts.dim_myndighed as myndighed using (myndighed_id)
        join marts.dim_it_system as system using (it_system_id)
        join marts.dim_service as service using (service_id)"""
    )
    assert len({row[:-1] for row in rows}) == len(rows)
    assert {row[:-1]: row[-1] for row in rows} == EXPECTED.per_hour()


def test_every_day_has_the_calls_of_its_hours(at_once: Loaded) -> None:
    rows = at_once.installation.query(
        f"""select dag.dato, myndighed.cvr, {SYSTEM}, service.service, fakta.antal_kald
        from marts.fct_kald_dag as fakta
        join marts.dim_dato as dag using (dato_id)
        join marts.dim_myndighed as myndighed using (myndighed_id)
        join marts.dim_it_system as system using (it_system_id)
        join marts.dim_service as service using (service_id)"""
    )
    assert len({row[:-1] for row in rows}) == len(rows)
    assert {row[:-1]: row[-1] for row in rows} == EXPECTED.per_day()


def test_every_month_has_the_calls_of_both_platforms(at_once: Loaded) -> None:
    rows = at_once.installation.query(
        f"""select service.platform, fakta.maaned, myndighed.cvr, {SYSTEM}, service.service, service.version,
            sum(fakta.antal_kald)
        from marts.fct_kald_maaned as fakta
        join marts.dim_myndighed as myndighed using (myndighed_id)
        join marts.dim_it_system as system using (it_system_id)
        join marts.dim_service as service using (service_id)
        group by all"""
    )
    assert {row[:-1]: row[-1] for row in rows} == EXPECTED.per_month()


def test_kald_pr_indbygger(at_once: Loaded) -> None:
    expected = EXPECTED.kald_pr_indbygger()
    rows = {
        (row["maaned"], row["platform"], row["dataomraade"], row["cvr"]): row
        for row in at_once.installation.records("select * from kpi.kald_pr_indbygger")
    }
    assert rows.keys() == expected.keys()
    for key, figures in expected.items():
        assert {name: rows[key][name] for name in figures} == pytest.approx(figures), key


def test_kald_pr_borger(at_once: Loaded) -> None:
    rows = at_once.installation.query(
        "select maaned, kald, folketal, kald_pr_borger, kald_pr_borger_12m from kpi.kald_pr_borger_danmark"
    )
    expected = EXPECTED.kald_pr_borger()
    assert {row[0] for row in rows} == expected.keys()
    for month, *figures in rows:
        assert tuple(figures) == pytest.approx(expected[month]), month


def by_system(row: dict[str, Any]) -> tuple[Any, ...]:
    system = row["it_system"] if row["it_system"] == "ESDH" else row["it_system_uuid"]
    return row["maaned"], system, row["service"], row["version"]


def test_udbredelse(at_once: Loaded) -> None:
    rows = at_once.installation.records("select * from kpi.udbredelse")
    assert {by_system(row): (row["anvendere"], row["aktive"]) for row in rows} == EXPECTED.udbredelse()
    for row in rows:
        share = row["aktive"] / row["anvendere"] if row["anvendere"] else None
        assert row["udbredelsesgrad"] == pytest.approx(share)


def test_udbredelse_huller(at_once: Loaded) -> None:
    rows = at_once.installation.records("select * from kpi.udbredelse_huller")
    assert {(*by_system(row), row["cvr"]): row["forventede_kald"] for row in rows} == pytest.approx(
        EXPECTED.udbredelse_huller()
    )
    reach = EXPECTED.udbredelse()
    assert [(row["anvendere"], row["aktive"]) for row in rows] == [reach[by_system(row)] for row in rows]


def test_a_day_of_25_hours_has_two_second_hours(at_once: Loaded) -> None:
    rows = at_once.installation.query(
        """select tidspunkt, time_id, sum(antal_kald) from marts.fct_kald_time
        join marts.dim_it_system using (it_system_id)
        where dato_id = 20211031 and navn = 'Jobcentersystemet Plus' group by all order by all"""
    )
    # two municipalities; the hours from 22:00 UTC the day before, each with its number plus one calls
    assert len(rows) == 25
    assert rows[2:5] == [
        (datetime(2021, 10, 31, 0), 2, 2 * 3),
        (datetime(2021, 10, 31, 1), 2, 2 * 4),
        (datetime(2021, 10, 31, 2), 3, 2 * 5),
    ]
    assert sum(row[2] for row in rows) == 2 * sum(range(1, 26))
    day = """select antal_kald from marts.fct_kald_dag join marts.dim_it_system using (it_system_id)
        where dato_id = 20211031 and navn = 'Jobcentersystemet Plus'"""
    assert at_once.installation.query(day) == 2 * [(sum(range(1, 26)),)]


def test_a_day_of_23_hours_has_no_second_hour(at_once: Loaded) -> None:
    rows = at_once.installation.query(
        "select distinct time_id from marts.fct_kald_time where dato_id = 20220327 order by all"
    )
    assert [hour for (hour,) in rows] == [0, 1, *range(3, 24)]
    days = "select antal_kald from marts.fct_kald_dag where dato_id = 20220327"
    assert at_once.installation.query(f"{days} order by all") == 2 * [(sum(range(1, 24)),)]


def test_two_uuids_of_one_system_become_one_row_an_hour(at_once: Loaded) -> None:
    rows = at_once.installation.query(
        """select tidspunkt, antal_kald from marts.fct_kald_time join marts.dim_it_system using (it_system_id)
        where navn = 'ESDH' order by all"""
    )
    assert rows == [(datetime(2021, 10, 31, 0), 5 + 7), (datetime(2021, 10, 31, 1), 11)]
    day = "select dato_id, antal_kald from marts.fct_kald_dag join marts.dim_it_system using (it_system_id)"
    assert at_once.installation.query(f"{day} where navn = 'ESDH'") == [(20211031, 5 + 7 + 11)]
    # the same in the monthly fact, where the two have an agreement each
    rows = at_once.installation.query(
        """select antal_kald from marts.fct_kald_maaned join marts.dim_it_system using (it_system_id)
        where navn = 'ESDH' and serviceaftale_id <> 0 order by all"""
    )
    assert rows == [(12,), (30,)]


def test_two_systems_of_one_name_stay_two_and_a_renamed_one_stays_one(at_once: Loaded) -> None:
    rows = at_once.installation.query(
        "select navn, count(*), count(distinct uuid) from marts.dim_it_system where har_leverancer"
        " group by navn order by navn"
    )
    assert rows == [("ESDH", 1, 1), ("Jobcentersystemet Plus", 1, 1), ("Plejesystemet", 2, 2)]


def test_a_system_has_its_new_name_in_months_before_it_had_it(at_once: Loaded) -> None:
    rows = at_once.installation.query("select distinct it_system from kpi.udbredelse where maaned = '2020-11-01'")
    assert rows == [("Jobcentersystemet Plus",)]


def test_small_counts_of_cases_are_not_published(at_once: Loaded) -> None:
    rows = at_once.installation.query(
        """select myndighed.navn, system.navn, kle.kle_nummer, antal_sager, er_diskretioneret, diskretion_aarsag
        from marts.fct_kle_sager
        join marts.dim_myndighed as myndighed using (myndighed_id)
        join marts.dim_it_system as system using (it_system_id)
        join marts.dim_kle as kle using (kle_id) where udtraeksdato = '2022-03-31' order by all"""
    )
    assert rows == [
        ("Aalborg", "ESDH", "00.01.00", 2 + 3, False, None),
        ("Aalborg", "Jobcentersystemet Plus", "00.01.00", None, True, "kilde"),
        ("Fredericia", "Jobcentersystemet Plus", "00.01.00", 0, False, None),
        ("Fredericia", "Jobcentersystemet Plus", "00.06.00", None, True, "primaer"),
        ("Fredericia", "Jobcentersystemet Plus", "00.06.02", 5, False, None),
        ("Glostrup", "ESDH", "99.99.99", 17, False, None),
    ]


def test_what_the_reference_does_not_know_is_kept_and_said_to_be_unknown(at_once: Loaded) -> None:
    authority = at_once.installation.query(
        "select navn, type from marts.dim_myndighed where cvr = ?", cvr_of("Udbetaling Danmark")
    )
    assert authority == [("Udbetaling Danmark Kommune", "anden")]
    services = at_once.installation.query(
        "select service, version, snitflade, dataomraade from marts.dim_service"
        " where not er_i_katalog and service_id <> 0 order by all"
    )
    assert services == [
        ("Findes ikke i kataloget", None, "Ukendt", "Ukendt"),
        ("Helt ny service", "v1.2", "Ukendt", "Ukendt"),
    ]
    subject = at_once.installation.query(
        "select emne, er_i_emneplan, hovedgruppe from marts.dim_kle where kle_nummer = '99.99.99'"
    )
    assert subject == [("Står ikke i emneplanen", False, "99")]


def test_the_delivery_log_tells_each_delivery_s_fate(at_once: Loaded) -> None:
    release = at_once.installation.current.name
    rows = at_once.installation.query(
        "select fil, status, raekker, publiceret_i from marts.leverance_log where periode = '2022-03-26' order by fil"
    )
    assert rows == [
        ("stoettesystemerne_2022-03-26.csv", "erstattet", 2, None),
        ("stoettesystemerne_2022-03-26.csv.gz", "publiceret", 2, release),
    ]
    assert at_once.installation.query("select count(*) from marts.leverance_log") == [(len(world.ALL),)]


def test_months_that_were_not_delivered_are_missing_not_zero(at_once: Loaded) -> None:
    rows = at_once.installation.query(
        "select platform, maaned, maaneder_12m, maaneder_12m_foer from kpi.kald_pr_indbygger group by all order by all"
    )
    serviceplatformen = [row[1:] for row in rows if row[0] == "serviceplatformen"]
    assert serviceplatformen == [
        (date(2020, 11, 1), 1, 0),
        (date(2021, 3, 1), 2, 0),
        (date(2021, 10, 1), 3, 0),
        (date(2022, 3, 1), 2, 2),
        (date(2022, 4, 1), 3, 2),
    ]
