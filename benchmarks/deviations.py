"""How much of what goes wrong kpi.afvigelser and kpi.driftsforstyrrelse find, and how much they invent.

Takes up to nine months of hours from a release of sample data and lets dbt run the very models on them twice: as they are,
where what the sample did not plant is invented, and with known deviations put into them.

    KDI_HOME=<home with a release> python -m benchmarks.deviations
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import duckdb

from kdi.building.workspace import STORAGE_VERSION
from kdi.notation.sql import sql_text
from kdi.settings import PROJECT_ROOT, get_settings

SEED = 20260501
CALLS_A_DAY = 100
"""Only combinations with as many calls a day in the eight weeks before are given a deviation."""
LONGEST_DAYS = 14
MODELS = (
    "stg_lake__leverancer", "stg_reference__vurderinger", "int_drift__kalender", "int_drift__stille_dage",
    "int_afvigelser__fund", "afvigelser", "int_kald__service_time", "int_drift__timer", "driftsforstyrrelse",
)  # fmt: skip

# What is injected, how often, and what the finding should be called.
KINDS = {
    "bortfald": (300, "bortfald"),
    "tidobling": (300, "spring"),
    "tredobling": (150, "uregelmaessig"),
    "fald_til_30_pct": (150, "uregelmaessig"),
    "genforsoeg": (150, "genforsoeg"),
    "natlig_bunke": (150, "natlig_bunke"),
    "polling": (60, "polling"),
}
HOURS = "f.dato_id between i.fra_id and i.til_id and (f.myndighed_id, f.it_system_id, f.service_id) = (i.m, i.s, i.v)"


class Span(NamedTuple):
    """Hours are taken from ``first``; deviations lie between ``begin`` and ``end``. Days as ``2022-02-01``."""

    first: str
    begin: str
    end: str


def main() -> None:
    """Print what is found of what was put in, and what is found where nothing was."""
    release = get_settings().published / "current" / "kdi.duckdb"
    span = _span(release)
    for disturbed in (False, True):
        with tempfile.TemporaryDirectory(prefix="kdi-afvigelser-") as temporary:
            folder = Path(temporary)
            _lay_out(release, folder, span, disturbed)
            _run_dbt(folder)
            if disturbed:
                _report(folder, span)
            else:
                _report_undisturbed(folder, span)


def _span(release: Path) -> Span:
    """The newest nine months of the release, or fewer; three of them are there to be compared with."""
    with duckdb.connect(str(release), read_only=True) as connection:
        found = connection.execute(
            """with dage as (
                select min(d.dato) as foerste, max(d.dato) as sidste from marts.fct_kald_time as f
                inner join marts.dim_dato as d on f.dato_id = d.dato_id
            ), fra as (
                select greatest(foerste, cast(date_trunc('month', sidste) - interval 8 month as date)) as foerste, sidste
                from dage
            )
            select foerste, cast(foerste + interval 3 month as date), sidste from fra"""
        ).fetchall()
    first, begin, end = (str(day) for day in found[0])
    return Span(first, begin, end)


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        str(folder / "arbejde.duckdb"), config={"memory_limit": "1500MB", "temp_directory": str(folder / "spild")}
    )
    marts = sql_text(str(folder / "kdi.duckdb"))
    connection.execute(f"set timezone = 'UTC'; attach {marts} as kdi (storage_version {sql_text(STORAGE_VERSION)})")
    return connection


def _lay_out(release: Path, folder: Path, span: Span, disturbed: bool) -> None:
    """What dbt reads: the star of the months, with deviations in the hours, and a plan that says all is new."""
    connection = _connect(folder)
    connection.execute(f"attach {sql_text(str(release.resolve()))} as sande (read_only)")
    connection.execute("create schema kdi.marts; create schema lake; create schema plan; create schema staging")
    for table in ("dim_dato", "dim_myndighed", "dim_it_system", "dim_service"):
        connection.execute(f"create table kdi.marts.{table} as from sande.marts.{table}")
    connection.execute(
        f"""
        create table kdi.marts.fct_kald_time as from sande.marts.fct_kald_time
        where dato_id between {_id(span.first)} and {_id(span.end)}
        """
    )
    _choose(connection, span)
    if disturbed:
        _inject(connection)
    connection.execute(
        """
        create table kdi.marts.fct_kald_maaned as
            select maaned_start as maaned, myndighed_id, it_system_id, service_id, sum(antal_kald) as antal_kald
            from kdi.marts.fct_kald_time join kdi.marts.dim_dato using (dato_id) group by all;
        create table plan.beroerte_dage as select distinct dato_id from kdi.marts.fct_kald_time;
        create table plan.beroerte_dages_maaneder as select distinct maaned from kdi.marts.fct_kald_maaned;
        create table lake.leverancer as
            select '' as leverance_id, 'stoettesystemerne' as kilde, cast(dato as varchar) as periode, '' as fil,
                '' as sha256, '2022-01-01' as modtaget, '' as status, 0 as raekker_modtaget, 0 as raekker_indlaest,
                0 as raekker_karantaene, 0 as sum_indlaest, true as er_aktiv, '' as publiceret_i,
                'gaelder' as tilstand, '' as afgoerelse, '' as begrundelse, '2022-01-01' as afgjort, '' as noter
            from plan.beroerte_dage join kdi.marts.dim_dato using (dato_id);
        create table lake.vurderinger (cvr varchar, it_system_uuid varchar, service varchar, fra varchar, til varchar,
            vurdering varchar, bemaerkning varchar);
        -- what ends for good in the sample has fallen away, too
        create table main.ophoert as
            select myndighed_id as m, it_system_id as s, service_id as v, max(dato_id) as sidste
            from sande.marts.fct_kald_time group by all;
        """
    )
    connection.close()


def _id(day: str) -> int:
    return int(day.replace("-", ""))


def _choose(connection: duckdb.DuckDBPyConnection, span: Span) -> None:
    """Each kind gets combinations of its own, drawn by a hash of the seed, with a first day and a length."""
    total = sum(count for count, _ in KINDS.values())
    connection.execute(
        f"""
        create table main.dage as
            select dato, dato_id, myndighed_id as m, it_system_id as s, service_id as v, sum(antal_kald) as kald
            from kdi.marts.fct_kald_time join kdi.marts.dim_dato using (dato_id) group by all;
        create table main.valgte as
            with trukne as (
                select m, s, v, hash(m, s, v, {SEED}) as h,
                    date '{span.begin}' + cast(hash(m, s, v, {SEED}, 'fra') %
                        (date '{span.end}' - date '{span.begin}' - {LONGEST_DAYS}) as integer) as fra,
                    [1, 1, 2, 3, 5, {LONGEST_DAYS}][1 + cast(hash(m, s, v, {SEED}, 'dage') % 6 as integer)] as dage
                from main.dage group by all
            )
            select m, s, v, fra, dage, row_number() over (order by h) as nummer
            from trukne join main.dage using (m, s, v)
            where dato between fra - 56 and fra - 1
            group by m, s, v, h, fra, dage having sum(kald) >= 56 * {CALLS_A_DAY} and max(dato) >= fra - 7
            qualify nummer <= {total};
        create table main.indsatte (slags varchar, ventet varchar, m bigint, s bigint, v bigint, fra date, til date,
            fra_id integer, til_id integer);
        """
    )
    chosen = _row(connection, "select count(*) from main.valgte")[0]
    begin = 0
    for kind, (most, expected) in KINDS.items():
        count = most * chosen // total  # a small release has fewer to give
        # polling is judged by the month; bursts are one day
        first = "cast(date_trunc('month', fra) as date)" if kind == "polling" else "fra"
        last = {
            "polling": "last_day(fra)",
            "genforsoeg": "fra",
            "natlig_bunke": "fra",
        }.get(kind, "fra + dage - 1")
        connection.execute(
            f"""
            insert into main.indsatte
            select '{kind}', '{expected}', m, s, v, {first}, {last},
                cast(strftime({first}, '%Y%m%d') as integer), cast(strftime({last}, '%Y%m%d') as integer)
            from main.valgte where nummer between {begin + 1} and {begin + count}
            """
        )
        begin += count


def _inject(connection: duckdb.DuckDBPyConnection) -> None:
    fact = "kdi.marts.fct_kald_time"
    connection.execute(f"delete from {fact} f using main.indsatte i where i.slags = 'bortfald' and {HOURS}")
    for kind, factor in (("tidobling", 10), ("tredobling", 3), ("fald_til_30_pct", 0.3)):
        connection.execute(
            f"""
            update {fact} f set antal_kald = cast(round(f.antal_kald * {factor}) as bigint)
            from main.indsatte i where i.slags = '{kind}' and {HOURS}
            """
        )
    # A retry storm: one hour of the day has twenty times what the busiest had.
    connection.execute(
        f"""
        insert into {fact} by name
        select f.dato_id, cast(8 + hash(i.m, i.s) % 8 as integer) as time_id, f.myndighed_id, f.it_system_id,
            f.service_id, 20 * max(f.antal_kald) as antal_kald
        from {fact} f join main.indsatte i on i.slags = 'genforsoeg' and {HOURS} group by all
        """
    )
    # A night burst: a whole day's calls in each of three hours of the night.
    connection.execute(
        f"""
        insert into {fact} by name
        with doegn as (
            select f.dato_id, f.myndighed_id, f.it_system_id, f.service_id, sum(f.antal_kald) as antal_kald
            from {fact} f join main.indsatte i on i.slags = 'natlig_bunke' and {HOURS} group by all
        )
        select doegn.*, tid as time_id from doegn cross join (values (1), (2), (3)) nat (tid)
        """
    )
    # Polling: a month's calls spread evenly over all its hours.
    connection.execute(
        f"""
        create table main.jaevne as
            select f.dato_id, f.myndighed_id, f.it_system_id, f.service_id,
                cast(greatest(15, sum(f.antal_kald) / 24) as bigint) as antal_kald
            from {fact} f join main.indsatte i on i.slags = 'polling' and {HOURS} group by all;
        delete from {fact} f using main.indsatte i where i.slags = 'polling' and {HOURS};
        insert into {fact} by name
            select jaevne.*, cast(tid as integer) as time_id
            from main.jaevne cross join generate_series(0, 23) serie (tid);
        """
    )


def _run_dbt(folder: Path) -> None:
    project = PROJECT_ROOT / "dbt_project"
    target = folder / "dbt"
    subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")), "--quiet", "run", "--select", *MODELS,
            "--target-path", str(target), "--log-path", str(target),
        ],
        cwd=folder,
        env=os.environ | {"DBT_PROJECT_DIR": str(project), "DBT_PROFILES_DIR": str(project)},
        check=True,
    )  # fmt: skip
    shutil.rmtree(target)


def _report_undisturbed(folder: Path, span: Span) -> None:
    """Every finding but what ended for good in the sample; the sample plants a few of its own."""
    connection = _connect(folder)
    months = connection.execute(
        f"""
        select date_trunc('month', fra), count(*), count(*) filter (nummer <= 30),
            count(*) filter (moenster is null), max(afvigende_kald) filter (moenster is null)
        from kdi.kpi.afvigelser where fra between date '{span.begin}' and date '{span.end}' group by all order by all
        """
    ).fetchall()
    print("uforstyrrede data: fund pr. måned, heraf på månedens liste, heraf uden mønster, og det største af dem")
    for month, count, listed, plain, largest in months:
        print(f"  {month:%Y-%m} {count:5} {listed:5} {plain:5} {largest or 0:8}")
    rows = connection.execute(
        f"""
        select forklaring from kdi.kpi.afvigelser
        where moenster is null and fra between date '{span.begin}' and date '{span.end}'
        order by afvigende_kald desc limit 20
        """
    ).fetchall()
    print(*(f"  {text}" for (text,) in rows), "", sep="\n")
    connection.close()


def _report(folder: Path, span: Span) -> None:
    connection = _connect(folder)
    connection.execute(
        f"""
        create table main.fundne as
            select coalesce(a.moenster, a.type) as type, a.fra, a.til, y.myndighed_id as m, a.it_system_id as s,
                e.service_id as v,
                coalesce(o.sidste < {_id(span.end)} and o.sidste < cast(strftime(a.til, '%Y%m%d') as integer), false)
                    as ophoert,
                (select coalesce(sum(kald), 0) / 56 from main.dage d
                 where (d.m, d.s, d.v) = (y.myndighed_id, a.it_system_id, e.service_id)
                   and d.dato between a.fra - 56 and a.fra - 1) as kald_pr_dag
            from (select a.*, x.it_system_id from kdi.kpi.afvigelser a
                  join kdi.marts.dim_it_system x on a.it_system_uuid = x.uuid) a
            join kdi.marts.dim_myndighed y on a.cvr = y.cvr
            join kdi.marts.dim_service e on a.service = e.service and a.version is not distinct from e.version
                and a.snitflade = e.snitflade and e.platform = 'stoettesystemerne'
            left join main.ophoert o on (o.m, o.s, o.v) = (y.myndighed_id, a.it_system_id, e.service_id)
            where a.fra between date '{span.begin}' and date '{span.end}' or a.moenster = 'polling'
        """
    )
    overlap = "(i.m, i.s, i.v) = (f.m, f.s, f.v) and f.fra <= i.til and f.til >= i.fra"
    print(f"{'indsat':16} {'antal':>6} {'fundet':>7} {'som andet':>10} {'recall':>7}")
    for kind in KINDS:
        count, found, other = _row(
            connection,
            f"""
            select count(*),
                count(*) filter (exists (select 1 from main.fundne f where {overlap} and f.type = i.ventet)),
                count(*) filter (exists (select 1 from main.fundne f where {overlap})
                    and not exists (select 1 from main.fundne f where {overlap} and f.type = i.ventet))
            from main.indsatte i where i.slags = '{kind}'
            """,
        )
        print(f"{kind:16} {count:6} {found:7} {other:10} {_share(found, count)}")
    print()
    print(
        f"{'fund':16} {'≥ 100 om dagen':>15} {'heraf indsat':>13} {'ophørt':>7} {'precision':>10} {'alle':>6} {'precision':>10}"
    )
    for expected in dict.fromkeys(expected for _, expected in KINDS.values()):
        large, true, ended, every, every_true, every_ended = _row(
            connection,
            f"""
            with f as (
                select kald_pr_dag >= {CALLS_A_DAY} as stor,
                    exists (select 1 from main.indsatte i where {overlap}) as sand,
                    type = 'bortfald' and ophoert as slut
                from main.fundne f where type = '{expected}'
            )
            select count(*) filter (stor), count(*) filter (stor and sand), count(*) filter (stor and slut and not sand),
                count(*), count(*) filter (sand), count(*) filter (slut and not sand) from f
            """,
        )
        print(
            f"{expected:16} {large:15} {true:13} {ended:7} {_share(true, large - ended)} "
            f"{every:6} {_share(every_true, every - every_ended)}"
        )
    outages = connection.execute(
        "select fra, timer, service, max(kommuner_ramt) from kdi.kpi.driftsforstyrrelse group by all order by all"
    ).fetchall()
    print(
        "\ndriftsforstyrrelser:",
        *(f"  {fra} {hours} timer {service} ({hit} kommuner)" for fra, hours, service, hit in outages),
        sep="\n",
    )
    connection.close()


def _share(part: int, whole: int) -> str:
    return f"{part / whole:10.3f}" if whole else f"{'–':>10}"


def _row(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    return connection.execute(sql).fetchall()[0]


if __name__ == "__main__":
    main()
