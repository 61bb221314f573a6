"""The yardstick: bare DuckDB doing the same bytes, with no checks, no history and no publication.

Parse all CSV files → Parquet → star with integer keys → month mart. Prints seconds per step.
"""

import argparse
import time
from pathlib import Path

import duckdb
import pyarrow as pa
from python_calamine import CalamineWorkbook

HOURLY = {
    "tidspunkt": "timestamptz", "myndighed_cvr": "varchar", "myndighed_navn": "varchar", "it_system_uuid": "uuid",
    "it_system_navn": "varchar", "stoettesystem": "varchar", "service": "varchar", "antal_kald": "bigint",
}  # fmt: skip
MONTHLY = {
    "maaned": "varchar", "leverandoer_cvr": "varchar", "leverandoer_navn": "varchar", "it_system_uuid": "uuid",
    "it_system_navn": "varchar", "serviceaftale_uuid": "uuid", "myndighed_cvr": "varchar",
    "myndighed_navn": "varchar", "service": "varchar", "antal_kald": "bigint",
}  # fmt: skip


def run(inbox: Path, work: Path, memory_limit: str) -> dict[str, float]:
    """Do the whole way and return seconds per step."""
    connection = duckdb.connect(
        str(work / "bare.duckdb"), config={"memory_limit": memory_limit, "preserve_insertion_order": False}
    )
    connection.execute("set timezone = 'Europe/Copenhagen'")
    seconds: dict[str, float] = {}

    def step(name: str, *statements: str) -> None:
        start = time.perf_counter()
        for statement in statements:
            connection.execute(statement)
        seconds[name] = round(time.perf_counter() - start, 2)

    hourly, monthly = work / "hourly.parquet", work / "monthly.parquet"
    step(
        "parse til Parquet",
        f"copy (select * from read_csv('{inbox}/stoettesystemerne/*.csv', delim=';', header=true, columns={HOURLY},"
        f" auto_detect=false)) to '{hourly}' (format parquet, compression zstd)",
        f"copy (select * from read_csv('{inbox}/serviceplatformen/*.csv', delim=';', header=true, columns={MONTHLY},"
        f" auto_detect=false)) to '{monthly}' (format parquet, compression zstd)",
    )
    # DuckDB has no Excel reader without an extension; the bytes are read as this project reads them.
    (workbook,) = inbox.glob("kle/*.xlsx")
    header, *rows = CalamineWorkbook.from_path(str(workbook)).get_sheet_by_index(0).to_python()
    table = pa.table({name: pa.array([str(r[i]) for r in rows]) for i, name in enumerate(header)})
    connection.register("kle", table)
    step("regneark til Parquet", f"copy kle to '{work / 'kle.parquet'}' (format parquet, compression zstd)")
    step(
        "stjerne",
        f"""create table dim_myndighed as select row_number() over () as id, cvr from (
            select myndighed_cvr as cvr from '{hourly}' union select myndighed_cvr from '{monthly}')""",
        f"""create table dim_it_system as select row_number() over () as id, uuid from (
            select it_system_uuid as uuid from '{hourly}' union select it_system_uuid from '{monthly}')""",
        f"""create table dim_service as select row_number() over () as id, service from (
            select service from '{hourly}' union select service from '{monthly}')""",
        f"""create table fct_kald_time as select cast(strftime(tidspunkt, '%Y%m%d') as integer) as dato_id,
            extract(hour from tidspunkt) as time_id, tidspunkt, m.id as myndighed_id, s.id as it_system_id,
            v.id as service_id, antal_kald from '{hourly}' as k join dim_myndighed as m on k.myndighed_cvr = m.cvr
            join dim_it_system as s on k.it_system_uuid = s.uuid join dim_service as v using (service)""",
    )
    step(
        "maanedsmart",
        f"""create table fct_kald_maaned as
            select dato_id // 100 as maaned, myndighed_id, it_system_id, service_id,
                sum(antal_kald) as antal_kald from fct_kald_time group by all
            union all
            select cast(replace(maaned, '-', '') as integer), m.id, s.id, v.id, sum(antal_kald) from '{monthly}' as k
            join dim_myndighed as m on k.myndighed_cvr = m.cvr join dim_it_system as s on k.it_system_uuid = s.uuid
            join dim_service as v using (service) group by all""",
        "checkpoint",
    )
    connection.close()
    return seconds


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("inbox", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--memory-limit", default="1500MB")
    arguments = parser.parse_args()
    for name, value in run(arguments.inbox, arguments.work, arguments.memory_limit).items():
        print(f"{name:<20} {value:>8} s")
