"""A release's KLE tables, made from true counts by the project's own models.

dbt compiles the models once; each release is their SQL run in a DuckDB in memory, so that a
thousand of them take a minute.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
from samples.dbt import dbt

MODELS = {
    "arbejde.intermediate.int_kle__udtraek": "intermediate/int_kle__udtraek.sql",
    "arbejde.intermediate.int_kle__tidligere": "intermediate/int_kle__tidligere.sql",
    "kdi.marts.fct_kle_sager": "marts/fct_kle_sager.sql",
    "kdi.kpi.kle_sager": "kpi/kle/kle_sager.sql",
}
MASKED = None
"""A count that the source wrote as ``<5``."""


@dataclass(frozen=True)
class Count:
    """Cases that an authority has on a subject in a system, in one extract; None is masked at the source."""

    authority: str
    system: str
    kle: str
    cases: int | None
    extract: date = date(2022, 3, 31)


@dataclass(frozen=True)
class Place:
    """Where an authority lies; an authority without is no municipality."""

    landsdel: str | None = None
    region: str | None = None


@dataclass
class Release:
    """The published KLE tables in a database of their own, as catalog ``kdi``."""

    connection: duckdb.DuckDBPyConnection = field(repr=False)

    def query(self, sql: str) -> list[tuple]:
        return self.connection.execute(sql).fetchall()

    def content(self) -> dict[str, list[tuple]]:
        """Every row that is published of cases."""
        return {name: self.query(f"from {name} order by all") for name in MODELS if name.startswith("kdi.")}


@cache
def compiled() -> dict[str, str]:
    """The models' SQL as dbt runs it in a full build."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "build"
        folder.mkdir()
        names = [Path(path).stem for path in MODELS.values()]
        dbt(folder, "--quiet", "compile", "--select", *names, "--target-path", str(folder))
        models = folder / "compiled" / "kdi" / "models"
        return {name: (models / path).read_text(encoding="utf-8") for name, path in MODELS.items()}


@dataclass(frozen=True)
class Earlier:
    """What is kept of releases before, as the build lays it out: hidden counts, and which systems were one."""

    hidden: tuple[tuple, ...] = ()
    identity: tuple[tuple, ...] = ()

    def and_of(self, release: "Release", name: str) -> "Earlier":
        """With one more release."""
        hidden = release.query(
            f"""select '{name}', f.udtraeksdato, f.myndighed_id, f.it_system_id, f.kle_id, s.antal_sager,
                s.maskeret_ved_kilden, f.diskretion_aarsag
            from kdi.marts.fct_kle_sager as f
            join arbejde.intermediate.int_kle__sager as s using (udtraeksdato, myndighed_id, it_system_id, kle_id)
            where f.er_diskretioneret"""
        )
        identity = release.query(
            f"select '{name}', uuid, it_system_id from arbejde.intermediate.int_it_system__identitet"
        )
        return Earlier((*self.hidden, *hidden), (*self.identity, *identity))


def publish(
    counts: Iterable[Count],
    places: dict[str, Place] | None = None,
    threshold: int = 5,
    alias: dict[str, str] | None = None,
    earlier: Earlier | None = None,
) -> Release:
    """What the platform publishes of these counts when every extract is new.

    Args:
        alias: systems that are another one, by name.
        earlier: the releases that are kept.
    """
    counts = list(counts)
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(
        """attach ':memory:' as arbejde; attach ':memory:' as kdi;
        create schema arbejde.intermediate; create schema arbejde.plan;
        create schema arbejde.staging; create schema kdi.marts; create schema kdi.kpi"""
    )
    _stage(connection, counts, places or {}, threshold, alias or {})
    _stage_earlier(connection, earlier or Earlier())
    for name, sql in compiled().items():
        connection.execute(f"create table {name} as {sql}")
    return Release(connection)


def number(name: str) -> int:
    """A key that is the same in every release."""
    return zlib.crc32(name.encode()) % 10**8


def _stage_earlier(connection: duckdb.DuckDBPyConnection, earlier: Earlier) -> None:
    connection.execute(
        """create table arbejde.plan.identitet_foer (publicering_id varchar, uuid varchar, it_system_id bigint);
        create table arbejde.plan.kle_foer (
            publicering_id varchar, udtraeksdato date, myndighed_id bigint, it_system_id bigint, kle_id bigint,
            antal_sager bigint, maskeret_ved_kilden boolean, diskretion_aarsag varchar)"""
    )
    for table, rows in (("identitet_foer", earlier.identity), ("kle_foer", earlier.hidden)):
        if rows:
            connection.executemany(f"insert into arbejde.plan.{table} values ({', '.join('?' * len(rows[0]))})", rows)


def _stage(
    connection: duckdb.DuckDBPyConnection,
    counts: list[Count],
    places: dict[str, Place],
    threshold: int,
    alias: dict[str, str],
) -> None:
    """Fill the tables that the models read."""
    authorities = {name: number(name) for name in sorted({c.authority for c in counts})}
    systems = {name: number(name) for name in sorted({c.system for c in counts})}
    one = {name: number(alias.get(name, name)) for name in systems}
    subjects = {name: number(name) for name in sorted({c.kle for c in counts})}
    tables = {
        "arbejde.staging.stg_reference__formaal": {
            "tabel": pa.array(["marts.fct_kle_sager", "kpi.kle_sager"]),
            "taerskel": pa.array([threshold, threshold], pa.int32()),
        },
        "arbejde.plan.beroerte_udtraek": {"udtraeksdato": pa.array(sorted({c.extract for c in counts}), pa.date32())},
        "kdi.marts.dim_myndighed": {
            "myndighed_id": pa.array(authorities.values(), pa.int64()),
            "cvr": pa.array([f"{i:08}" for i in authorities.values()], pa.string()),
            "navn": pa.array(authorities, pa.string()),
            "landsdel": pa.array([places.get(name, Place()).landsdel for name in authorities], pa.string()),
            "region": pa.array([places.get(name, Place()).region for name in authorities], pa.string()),
        },
        "kdi.marts.dim_it_system": {
            "it_system_id": pa.array(systems.values(), pa.int64()),
            "uuid": pa.array([f"uuid-{i}" for i in systems.values()], pa.string()),
            "navn": pa.array(systems, pa.string()),
        },
        "kdi.marts.dim_kle": {
            "kle_id": pa.array(subjects.values(), pa.int64()),
            "kle_nummer": pa.array(subjects, pa.string()),
            "emne": pa.array([f"Emne {kle}" for kle in subjects], pa.string()),
            "gruppe": pa.array([kle[:5] for kle in subjects], pa.string()),
            "gruppe_titel": pa.array([f"Gruppe {kle[:5]}" for kle in subjects], pa.string()),
            "hovedgruppe": pa.array([kle[:2] for kle in subjects], pa.string()),
            "hovedgruppe_titel": pa.array([f"Hovedgruppe {kle[:2]}" for kle in subjects], pa.string()),
        },
        "arbejde.intermediate.int_kle__sager": {
            "udtraeksdato": pa.array([c.extract for c in counts], pa.date32()),
            "myndighed_id": pa.array([authorities[c.authority] for c in counts], pa.int64()),
            "it_system_id": pa.array([one[c.system] for c in counts], pa.int64()),
            "kle_id": pa.array([subjects[c.kle] for c in counts], pa.int64()),
            "antal_sager": pa.array([c.cases for c in counts], pa.int64()),
            "maskeret_ved_kilden": pa.array([c.cases is None for c in counts], pa.bool_()),
        },
        "arbejde.intermediate.int_it_system__identitet": {
            "uuid": pa.array([f"uuid-{i}" for i in systems.values()], pa.string()),
            "it_system_id": pa.array(one.values(), pa.int64()),
        },
    }
    for table, columns in tables.items():
        connection.register("raekker", pa.table(columns))
        connection.execute(f"create table {table} as from raekker")
    if alias:  # as int_kle__sager does: systems that are one become one row, and a masked part masks the sum
        connection.execute(
            """create or replace table arbejde.intermediate.int_kle__sager as
            select udtraeksdato, myndighed_id, it_system_id, kle_id, sum(antal_sager)::bigint as antal_sager,
                bool_or(maskeret_ved_kilden) as maskeret_ved_kilden
            from arbejde.intermediate.int_kle__sager group by udtraeksdato, myndighed_id, it_system_id, kle_id"""
        )
