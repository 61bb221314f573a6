"""The queries that Power BI sends to the published PostgreSQL as a municipality's role, and what comes back.

Import asks for the columns of one table at a time; DirectQuery for sums over joined tables.
"""

import time
from collections.abc import Iterator
from typing import Any

import duckdb
import psycopg
import pytest
from samples.installation import Installation

from demo.postgres.database import Database
from demo.postgres.server import PostgresServer
from kdi.publish.access import decisions
from powerbi.semantic import Model, made_columns

from .proof import Proof

AALBORG = "29189420"


@pytest.fixture(scope="module")
def connection(demo_installation: Installation, postgres: PostgresServer) -> Iterator[Any]:
    """Aalborg's login on a database in which the demo is published."""
    with demo_installation.reader() as reader:
        authorities = {
            cvr for (cvr,) in reader.execute("select cvr from marts.dim_myndighed where type = 'kommune'").fetchall()
        }
    database = Database.new(postgres, "powerbi", authorities)
    demo_installation.postgres_dsn = database.loader
    demo_installation.kdi("postgres", "publish")
    demo_installation.postgres_dsn = ""
    with psycopg.connect(database.login("bianca", f"kdi_laeser_{AALBORG}")) as connection:
        yield connection


def test_import_gets_every_column_and_only_its_own_rows(
    connection: Any, model: Model, demo: duckdb.DuckDBPyConnection, proof: Proof
) -> None:
    began, tables = time.monotonic(), 0
    for table in model.tables:
        columns = sorted({c.source for c in table.columns} - set(made_columns(table.spec)))
        chosen = ", ".join(f'"_"."{c}"' for c in columns)
        schema, name = table.mart.split(".")
        rows = connection.execute(f'select {chosen} from "{schema}"."{name}" "_"').fetchall()
        decision = decisions().of(table.mart)
        where = {"alle": "true", "kombit": "false", "egne": f"cast({decision.myndighed} as bigint) = {AALBORG}"}
        seen = f"from {table.mart} where {where[decision.adgang]}"
        # What only KOMBIT may see comes back empty, never refused; and so do figures with too few behind them.
        assert [(len(rows),)] == demo.execute(f"select count(*) {seen}").fetchall(), table.name
        for column in decision.anonym:
            given = sum(row[columns.index(column)] is not None for row in rows)
            assert [(given,)] == demo.execute(f"select count({column}) {seen} and er_anonym").fetchall(), table.name
        tables += 1
    proof.says(
        "Power BI's forespørgsler mod PostgreSQL som kommune", f"{tables} tabeller, {time.monotonic() - began:.0f} s"
    )


def test_a_sum_over_joined_tables_is_the_municipalitys_own(connection: Any, demo: duckdb.DuckDBPyConnection) -> None:
    sql = """
        select "d"."aar", "s"."dataomraade", cast(sum("f"."antal_kald") as bigint) as "a0"
        from "marts"."fct_kald_maaned" "f"
        inner join "marts"."dim_dato" "d" on "f"."maaned" = "d"."dato"
        inner join "marts"."dim_service" "s" on "f"."service_id" = "s"."service_id"
        {} group by "d"."aar", "s"."dataomraade" order by 1, 2"""
    own = demo.execute(sql.format(f'where "f"."myndighed_id" = {AALBORG}')).fetchall()
    assert connection.execute(sql.format("")).fetchall() == own != []
