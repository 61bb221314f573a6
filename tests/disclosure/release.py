"""A release's KLE tables, made from true counts by the project's own models.

dbt compiles the models once; each release is their SQL run in a DuckDB in memory, so that a
thousand of them take a minute.
"""

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from orchestration.assets.transformations import DBT, PROJECT_DIR

MODELS = {
    "arbejde.intermediate.int_kle__udtraek": "intermediate/int_kle__udtraek.sql",
    "arbejde.intermediate.int_kle__sum_udtraek": "kpi/grundlag/int_kle__sum_udtraek.sql",
    "kdi.marts.fct_kle_sager": "marts/fct_kle_sager.sql",
    "kdi.kpi.kle_sager": "kpi/kle_sager.sql",
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
    with TemporaryDirectory() as folder:
        names = [Path(path).stem for path in MODELS.values()]
        subprocess.run(
            [str(DBT), "--quiet", "compile", "--select", *names, "--target-path", folder, "--log-path", folder],
            cwd=folder,
            env=os.environ | {"DBT_PROJECT_DIR": str(PROJECT_DIR), "DBT_PROFILES_DIR": str(PROJECT_DIR)},
            check=True,
            capture_output=True,
        )
        models = Path(folder) / "compiled" / "kdi" / "models"
        return {name: (models / path).read_text(encoding="utf-8") for name, path in MODELS.items()}


def publish(counts: Iterable[Count], places: dict[str, Place] | None = None, threshold: int = 5) -> Release:
    """What the platform publishes of these counts when every extract is new."""
    counts = list(counts)
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(
        """attach ':memory:' as arbejde; attach ':memory:' as kdi;
        create schema arbejde.basis; create schema arbejde.intermediate; create schema arbejde.plan;
        create schema arbejde.staging; create schema kdi.marts; create schema kdi.kpi"""
    )
    _stage(connection, counts, places or {}, threshold)
    for name in ("dim_it_system", "dim_myndighed", "dim_kle"):  # nothing has another name than before
        connection.execute(f"create view arbejde.basis.{name} as from kdi.marts.{name}")
    for name, sql in compiled().items():
        connection.execute(f"create table {name} as {sql}")
    return Release(connection)


def _stage(
    connection: duckdb.DuckDBPyConnection, counts: list[Count], places: dict[str, Place], threshold: int
) -> None:
    """Fill the tables that the models read."""
    authorities = {name: i for i, name in enumerate(sorted({c.authority for c in counts}), 1)}
    systems = {name: i for i, name in enumerate(sorted({c.system for c in counts}), 1)}
    subjects = {name: i for i, name in enumerate(sorted({c.kle for c in counts}), 1)}
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
            "it_system_id": pa.array([systems[c.system] for c in counts], pa.int64()),
            "kle_id": pa.array([subjects[c.kle] for c in counts], pa.int64()),
            "antal_sager": pa.array([c.cases for c in counts], pa.int64()),
            "maskeret_ved_kilden": pa.array([c.cases is None for c in counts], pa.bool_()),
        },
    }
    for table, columns in tables.items():
        connection.register("raekker", pa.table(columns))
        connection.execute(f"create table {table} as from raekker")
