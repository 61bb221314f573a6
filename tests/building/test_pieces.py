"""When a table that is made in pieces must be made whole: the rules, on a graph of five models."""

from collections.abc import Iterator

import duckdb
import pytest

from kdi.building import pieces, project
from kdi.building.pieces import Graph, Model

NEW_ROWS = "nye_raekker_aendrer_intet"


def model(name: str, kind: str, *parents: str, **meta: object) -> Model:
    return Model(name, f"intermediate.{name}", "intermediate", kind, parents, meta)


# days → a dimension and a fact by day → a KPI of touched months → its table by month → a table of all of it
GRAPH = Graph(
    [
        model("stg", "view", "lake.stoettesystemerne"),
        model("dim", "table", "fakta", "lake.kommuner", **{NEW_ROWS: "not er_kommune"}),
        model("register", "table", "lake.kitos"),
        # whole, though what it reads is of the touched months
        model("maaneder", "table", "beroert", er_hel=True, dannes_igen_hvor="maaned = 2"),
        model("fakta", "incremental", "stg"),
        model("beroert", "table", "fakta", "register", "plan.beroerte_maaneder"),
        model("kpi", "incremental", "beroert", "dim", "maaneder"),
        model("top", "table", "kpi"),
    ]
)


@pytest.fixture
def built() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables as the last build left them, with what they were made from."""
    with duckdb.connect() as connection:
        connection.execute("create schema intermediate")
        for name in ("stg", "fakta", "beroert", "kpi", "top", "maaneder"):
            connection.execute(f"create table intermediate.{name} as select 1 as maaned")
        connection.execute(
            """create table intermediate.dim as
                select * from (values (1, 'Aalborg', true), (2, 'ATP', false)) as v (id, navn, er_kommune);
            create table intermediate.register as
                select * from (values (1, 'a'), (1, 'a'), (2, 'b')) as v (id, navn)"""
        )
        pieces.write(connection, GRAPH, dict.fromkeys(GRAPH.models, "kode"))
        pieces.remember(connection, GRAPH)
        yield connection


def changed(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [m.name for m in pieces.changed_content(connection, GRAPH)]


def test_what_a_build_makes_touched_parts_of_follows_from_the_graph() -> None:
    assert GRAPH.in_pieces == {"stg", "fakta", "beroert", "kpi"}
    assert [m.name for m in GRAPH.watched] == ["dim", "maaneder", "register"]


def test_other_code_reaches_what_is_made_from_it_and_needs_what_only_passes_rows_on() -> None:
    assert GRAPH.causes({"kpi": "x"}) == {"kpi": "x", "top": "x"}
    assert GRAPH.with_passing({"kpi", "top"}) == {"kpi", "top", "beroert"}  # the fact by day is whole
    assert GRAPH.deliveries_of({"kpi", "top", "beroert"}) == set()
    assert GRAPH.deliveries_of({"fakta"}) == {"stoettesystemerne"}


def test_nothing_has_changed(built: duckdb.DuckDBPyConnection) -> None:
    assert changed(built) == []
    assert pieces.changed_code(built, dict.fromkeys(GRAPH.models, "kode")) == set()
    assert pieces.changed_code(built, {**dict.fromkeys(GRAPH.models, "kode"), "kpi": "ny"}) == {"kpi"}


def test_a_table_that_is_made_again_with_the_same_rows_in_another_order(built: duckdb.DuckDBPyConnection) -> None:
    built.execute("create or replace table intermediate.register as from intermediate.register order by id desc")
    assert changed(built) == []


def test_a_pair_of_equal_rows_that_moves_is_seen(built: duckdb.DuckDBPyConnection) -> None:
    built.execute("update intermediate.register set id = 3 where id = 1")
    assert changed(built) == ["register"]
    assert GRAPH.reached(["register"]) == {"beroert"}


def test_a_new_member_changes_nothing_but_a_new_municipality_does(built: duckdb.DuckDBPyConnection) -> None:
    built.execute("insert into intermediate.dim values (3, 'KOMBIT', false)")
    assert changed(built) == []
    built.execute("insert into intermediate.dim values (4, 'Samsø', true)")
    assert changed(built) == ["dim"]
    assert GRAPH.reached(["dim"]) == {"kpi"}


@pytest.mark.parametrize(
    "change",
    [
        "update intermediate.dim set navn = 'Aalborg Kommune' where id = 1",
        "update intermediate.dim set navn = null where id = 2",
        "delete from intermediate.dim where id = 2",
        "alter table intermediate.dim alter id type bigint",
        "alter table intermediate.dim add column region varchar",
    ],
)
def test_a_member_that_is_another_or_gone_is_seen(change: str, built: duckdb.DuckDBPyConnection) -> None:
    built.execute(change)
    assert changed(built) == ["dim"]


def test_rows_of_what_is_touched_count_for_nothing_and_others_do(built: duckdb.DuckDBPyConnection) -> None:
    built.execute("insert into intermediate.maaneder values (2)")
    assert changed(built) == []
    pieces.write(built, GRAPH, dict.fromkeys(GRAPH.models, "kode"))
    pieces.remember(built, GRAPH)
    built.execute("delete from intermediate.maaneder where maaned = 2")
    assert changed(built) == []
    built.execute("insert into intermediate.maaneder values (3)")
    assert changed(built) == ["maaneder"]


def test_a_table_that_no_model_makes_any_more_is_dropped(built: duckdb.DuckDBPyConnection) -> None:
    built.execute("create table intermediate.gammel as select 1 as x")
    pieces.remember(built, GRAPH)
    names = built.execute("select table_name from duckdb_tables() where schema_name = 'intermediate'").fetchall()
    assert {name for (name,) in names} == set(GRAPH.models)


def test_what_the_projects_pieces_are_compared_with_is_there_when_spark_has_built_it() -> None:
    watched = Graph.read(project.prepare()).watched
    assert watched
    assert [m.shown for m in watched if m.materialized == "view"] == []  # spark.bring_home brings tables
