"""The gate on figures that cannot be, with the demo's release as the one before and a changed copy as the build.

The changes go round the intake: each is what a file did that once got through it.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from samples.installation import Installation

from kdi.installation import here
from kdi.lake.delivery import Event
from kdi.publish.figures import FigureFinding, FiguresCannotBe, findings, require, rules

# What happened, as it shows in the published tables, and the rules that see it.
CHANGES: dict[str, tuple[str, set[str]]] = {
    "nothing": ("select 1", set()),
    "population in persons times a thousand": (
        "update kdi.marts.fct_folketal set folketal = 1000 * folketal;"
        "update kdi.kpi.kald_pr_indbygger set folketal = 1000 * folketal",
        {"folketal_skift", "kald_pr_borger_skift"},
    ),
    "codes that join nothing": (
        "delete from kdi.marts.fct_folketal; update kdi.kpi.kald_pr_indbygger set folketal = null",
        {"kommune_uden_folketal", "tabel_mister_raekker"},
    ),
    "one municipality without class": (
        "update kdi.marts.dim_myndighed set xyz_klasse = null where navn = 'Samsø'", {"kommune_uden_klasse"}
    ),
    "interfaces of the SKI list that are not recognised": (
        "update kdi.kpi.tilslutning set obligatoriske = 0, klarmeldte = 0", {"tilslutning_falder"}
    ),
    "an interface's column that is not recognised": (
        "update kdi.marts.fct_klarmelding set klarmelding = null where snitflade_id ="
        " (select snitflade_id from kdi.marts.dim_snitflade where snitflade = 'SF1470')",
        {"snitflade_uden_status"},
    ),
    "half of the systems under other names": (
        "update kdi.marts.fct_klarmelding set klarmelding = null where it_system_id % 2 = 0", {"systemer_uden_status"}
    ),
    "all names of services as bytes": (
        "update kdi.marts.dim_service set service_id = -service_id, er_i_katalog = false, dataomraade = 'Ukendt';"
        "update kdi.marts.fct_kald_maaned set service_id = -service_id",
        {"ukendte_services"},
    ),
    "another catalogue": (
        "update kdi.marts.dim_service set er_i_katalog = false, dataomraade = 'Ukendt'",
        {"ukendte_services", "services_ude_af_kataloget"},
    ),
    "CVR numbers that are no municipality's": (
        "update kdi.marts.dim_myndighed set type = 'anden' where navn in ('Samsø', 'Aalborg')", {"kommune_blev_anden"}
    ),
    "systems that are not found any more": (
        "insert into kdi.marts.it_system_uafklaret (it_system_id, navn)"
        " select it_system_id, navn from kdi.marts.dim_it_system",
        {"uafklarede_systemer"},
    ),
    "a fact that lost most of its rows": (
        "delete from kdi.marts.fct_kle_sager where it_system_id % 4 <> 0", {"tabel_mister_raekker"}
    ),
}  # fmt: skip


@contextmanager
def build_of(installation: Installation, tmp_path: Path, change: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A build that is the release in force but for a change."""
    copy = tmp_path / "kdi.duckdb"
    shutil.copyfile(installation.current / "kdi.duckdb", copy)
    copy.chmod(0o644)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{copy}' as kdi")
        connection.execute(change)
        yield connection


def found_in(
    installation: Installation, connection: duckdb.DuckDBPyConnection, events: tuple[Event, ...] = ()
) -> list[FigureFinding]:
    with installation.in_force():
        before = here().releases.current()
    assert before
    return findings(connection, installation.current / "kdi.duckdb", before.raekker, events)


@pytest.mark.parametrize("what", CHANGES)
def test_what_cannot_be_is_found_by_the_rule_that_it_breaks(
    demo_installation: Installation, tmp_path: Path, what: str
) -> None:
    change, expected = CHANGES[what]
    with build_of(demo_installation, tmp_path, change) as connection:
        found = found_in(demo_installation, connection)
    assert {f.regel for f in found} == expected
    assert all(f.holds_back for f in found)


def test_every_rule_has_a_change_that_breaks_it() -> None:
    assert {rule.name for rule in rules()} == {name for _, expected in CHANGES.values() for name in expected}


def test_an_acceptance_is_good_for_that_finding_alone(demo_installation: Installation, tmp_path: Path) -> None:
    change = "update kdi.marts.dim_myndighed set xyz_klasse = null where navn = '{}'"
    with build_of(demo_installation, tmp_path, change.format("Samsø")) as connection:
        (found,) = found_in(demo_installation, connection)
        with pytest.raises(FiguresCannotBe, match=f"Samsø.*kdi finding accept {found.fund_id}"):
            require([found])
        accepted = Event(found.fund_id, "godkendt", "Anna", "2023-03-15", "Øen får en klasse til sommer")
        (told,) = require(found_in(demo_installation, connection, (accepted,)))
        assert told["godkendt"] == "Øen får en klasse til sommer"
        connection.execute(change.format("Læsø"))
        (both,) = found_in(demo_installation, connection, (accepted,))
        assert both.holds_back


def test_a_first_release_is_compared_with_nothing(demo_installation: Installation, tmp_path: Path) -> None:
    change, _ = CHANGES["population in persons times a thousand"]
    with build_of(demo_installation, tmp_path, change) as connection:
        assert findings(connection, None, {}, ()) == []


@pytest.mark.parametrize("kept", ["maaned = date '2022-07-01'", "maaned >= date '2022-10-01'", "maaned % 2 = 0"])
def test_months_that_come_later_or_in_odd_order_are_no_alarm(
    demo_installation: Installation, tmp_path: Path, kept: str
) -> None:
    """The release before had some of the months; the build has all."""
    kept = kept.replace("maaned % 2", "month(maaned) % 2")
    copy = tmp_path / "foer.duckdb"
    shutil.copyfile(demo_installation.current / "kdi.duckdb", copy)
    copy.chmod(0o644)
    with duckdb.connect(str(copy)) as connection:
        for table in ("marts.fct_kald_maaned", "kpi.kald_pr_indbygger", "kpi.klarmelding_reel", "kpi.potentiale"):
            connection.execute(f"delete from {table} where not ({kept})")
        connection.execute("delete from marts.fct_klarmelding where statusdato > date '2022-06-30'")
        rows = {
            f"{schema}.{name}": connection.execute(f"select count(*) from {schema}.{name}").fetchall()[0][0]
            for schema, name in connection.execute(
                "select schema_name, table_name from duckdb_tables() where not internal"
            ).fetchall()
        }
    with build_of(demo_installation, tmp_path, "select 1") as connection:
        assert findings(connection, copy, rows, ()) == []
