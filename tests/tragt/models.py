"""dbt's models on worlds that are laid out as its sources, without files and gates: the whole, or in pieces."""

import uuid
from collections.abc import Collection
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
from samples.dbt import dbt

from kdi.building import pieces, project
from kdi.settings import PROJECT_ROOT

from .second_way import SET_ASIDE, WITH_REASON, World, add

NIL = "00000000-0000-0000-0000-000000000000"
MARTS = (
    "tilslutning_tragt", "tilslutning_tragt_sum", "tilslutning_tragt_visning", "teknisk_gaeld",
    "klarmelding_haendelser", "tilslutning_hovedtal", "potentiale",
)  # fmt: skip
_EMPTY = {
    "kle": "periode varchar, myndighed_cvr varchar, myndighed_navn varchar, it_system_uuid varchar,"
    " it_system_navn varchar, kle_nummer varchar, kle_emne varchar, antal_sager bigint, maskeret_ved_kilden boolean",
    "kitos": "periode varchar, myndighed_cvr varchar, myndighed_navn varchar, it_system_uuid varchar,"
    " it_system_navn varchar, er_gyldig varchar, i_brug_fra date, i_brug_til date",
    "sapa": "periode varchar, maaned varchar, myndighed_cvr varchar, org_enhed_uuid varchar, org_enhed_navn varchar,"
    " antal_brugere bigint, antal_opslag bigint",
    "perioder": "statusdato date, kilde varchar, periode varchar, periode_til date, forventet date, frist date,"
    " status varchar, alder_dage integer, leverance_id varchar",
    "maaneder": "statusdato date, maaned date, platform varchar, status varchar, forventede integer,"
    " modtagne integer, frist date, kan_bruges boolean, er_nyeste boolean",
}
_TEXT = (
    "kommuner", "folketal", "kle", "service_katalog", "snitflader", "integrationer", "system_alias", "formaal",
    "helligdage", "vurderinger",
)  # fmt: skip


def uuid_of(thing: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, thing))


class Models:
    """A build folder of its own. Each :meth:`build` is told the world as it then is, and which months changed."""

    def __init__(self, folder: Path, target: Path) -> None:
        self.folder, self.target = folder, target
        self.graph = _of_marts(pieces.Graph.read(project.prepare()))
        folder.mkdir(parents=True)

    def build(self, world: World, touched: set[date] | None = None) -> None:
        """Lay out the sources and run dbt; ``touched`` as the plan would say: None for a full build.

        What else has changed makes all months of what it reaches, as in a load.
        """
        for name in ("kdi.duckdb", "arbejde.duckdb") if touched is None else ():
            (self.folder / name).unlink(missing_ok=True)
        with self._connected() as connection:
            if touched is not None:
                pieces.remember(connection, self.graph)
            _lay_out(connection, world, touched)
        self._run("--select", *(f"+{name}" for name in MARTS))
        if touched is not None:
            with self._connected() as connection:
                changed = [model.name for model in pieces.changed_content(connection, self.graph)]
            if causes := self.graph.causes(dict.fromkeys(self.graph.reached(changed), "")):
                with self._connected() as connection:
                    _lay_out(connection, world, None)
                self._run("--full-refresh", "--select", *self.graph.with_passing(causes))
        with self._connected() as connection:
            pieces.write(connection, self.graph, project.codes())

    def _connected(self) -> closing[duckdb.DuckDBPyConnection]:
        connection = duckdb.connect(str(self.folder / "arbejde.duckdb"))
        connection.execute(f"set timezone = 'UTC'; attach '{self.folder / 'kdi.duckdb'}' as kdi")
        return closing(connection)

    def _run(self, *options: str) -> None:
        dbt(self.folder, "run", *options, "--target-path", str(self.target))

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.folder / "kdi.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def records(self, sql: str) -> list[dict]:
        with duckdb.connect(str(self.folder / "kdi.duckdb"), read_only=True) as connection:
            return connection.execute(sql).to_arrow_table().to_pylist()

    def content(self) -> dict[str, list[tuple]]:
        return {name: self.query(f"select * from kpi.{name} order by all") for name in MARTS}


def _of_marts(graph: pieces.Graph) -> pieces.Graph:
    """The graph of what dbt is asked to make here."""
    found, left = set(), list(MARTS)
    while left:
        name = left.pop()
        if name in graph.models and name not in found:
            found.add(name)
            left += graph.models[name].parents
    return pieces.Graph(graph.models[name] for name in found)


def _lay_out(c: duckdb.DuckDBPyConnection, world: World, touched: set[date] | None) -> None:
    for schema in ("lake", "plan", "staging", "intermediate"):
        c.execute(f"create schema if not exists {schema}")
    for name, columns in _EMPTY.items():
        c.execute(f"create or replace table lake.{name} ({columns})")
    for name in _TEXT:
        path = PROJECT_ROOT / "reference" / f"{name}.csv"
        table = "kle_emner" if name == "kle" else name
        c.execute(
            f"create or replace table lake.{table} as"
            f" from read_csv('{path}', delim = ';', header = true, all_varchar = true)"
        )
    c.execute("alter table lake.kommuner add column if not exists officielt_navn varchar")  # optional in the file
    c.execute("delete from lake.system_alias; delete from lake.service_katalog")
    c.executemany(
        "insert into lake.service_katalog (platform, service, snitflade, dataomraade, adgang)"
        " values (?, ?, ?, 'x', 'laes')",
        [(p, s, f) for (p, s), f in world.catalogue.items()],
    )
    _calls(c, world, touched)
    _registers(c, world)
    _plan(c, world, touched)


def _table(c: duckdb.DuckDBPyConnection, name: str, columns: dict[str, pa.DataType], rows: list[tuple]) -> None:
    lists = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    table = pa.table({n: pa.array(v, t) for (n, t), v in zip(columns.items(), lists, strict=True)})
    c.register("raekker", table)
    c.execute(f"create or replace table lake.{name} as from raekker")
    c.unregister("raekker")


def _calls(c: duckdb.DuckDBPyConnection, world: World, touched: set[date] | None) -> None:
    text, wanted = pa.string(), world.loaded_months() if touched is None else touched
    monthly = [call for call in world.calls if call.platform == "serviceplatformen" and call.month in wanted]
    _table(
        c, "serviceplatformen",
        {**dict.fromkeys(("periode", "maaned", "leverandoer_cvr", "leverandoer_navn", "it_system_uuid",
                          "it_system_navn", "serviceaftale_uuid", "myndighed_cvr", "myndighed_navn", "service"), text),
         "antal_kald": pa.int64()},
        [(f"{a.month:%Y-%m}", f"{a.month:%Y-%m}", "12345674", "Leverandøren", uuid_of(a.system), a.system,
          uuid_of(a.agreement) if a.agreement else NIL, a.authority, f"Myndighed {a.authority}",
          f"{a.service} {a.version}", a.number) for a in monthly],
    )  # fmt: skip
    hourly = [call for call in world.calls if call.platform == "stoettesystemerne" and call.month in wanted]
    _table(
        c, "stoettesystemerne",
        {"periode": text, "tidspunkt": pa.timestamp("us"), "dato": pa.date32(), "time": pa.int8(),
         **dict.fromkeys(("myndighed_cvr", "myndighed_navn", "it_system_uuid", "it_system_navn", "stoettesystem",
                          "service"), text), "antal_kald": pa.int64()},
        [(f"{a.month:%Y-%m}-15", None, a.month.replace(day=15), 10, a.authority, f"Myndighed {a.authority}",
          uuid_of(a.system), a.system, "Register", a.service, a.number) for a in hourly],
    )  # fmt: skip
    # a delivery may be there without any row that tells of these systems
    deliveries = sorted(
        (p, f"{m:%Y-%m}" if p == "serviceplatformen" else f"{m:%Y-%m}-15") for p, ms in world.loaded.items() for m in ms
    )
    c.execute(
        "create or replace table lake.leverancer as select kilde || '_' || periode as leverance_id, kilde, periode,"
        " '' as fil, '' as sha256, '2023-01-01' as modtaget, 'accepteret' as status, 0::bigint as raekker_modtaget,"
        " 0::bigint as raekker_indlaest, 0::bigint as raekker_karantaene, 0::bigint as sum_indlaest, true as er_aktiv,"
        " '' as publiceret_i, 'gaelder' as tilstand, null::varchar as afgoerelse, null::varchar as begrundelse,"
        " null::varchar as afgjort, null::varchar as noter from (values ('', '')) as v (kilde, periode) where false"
    )
    c.executemany(
        "insert into lake.leverancer (leverance_id, kilde, periode, modtaget, er_aktiv)"
        " values (?, ?, ?, '2023-01-01', true)",
        [(f"{p}_{period}", p, period) for p, period in deliveries],
    )


def _registers(c: duckdb.DuckDBPyConnection, world: World) -> None:
    text = pa.string()
    _table(
        c, "onboarding",
        dict.fromkeys(("periode", "leverandoer_navn", "it_system_navn", "it_system_uuid", "snitflade", "klarmelding",
                       "klarmelding_kode", "aarsag", "aarsag_kode"), text),
        [(day.isoformat(), "Leverandøren", cell.system, uuid_of(cell.system), cell.interface, cell.status,
          None if cell.status == SET_ASIDE else cell.status, cell.reason,
          cell.reason if cell.status in WITH_REASON else None)
         for day, cells in world.sheets.items() for cell in cells],
    )  # fmt: skip
    _table(
        c, "ski",
        dict.fromkeys(("periode", "leverandoer_navn", "it_system_navn", "it_system_uuid", "ydelsesomraade", "use_case",
                       "snitflade", "krav"), text),
        [(day.isoformat(), "Leverandøren", s, uuid_of(s), "Y14", "Y14.1", f, krav)
         for day, rows in world.ski.items() for s, f, krav in rows],
    )  # fmt: skip
    _table(
        c, "systemanvendelse",
        {**dict.fromkeys(("periode", "myndighed_cvr", "it_system_navn", "it_system_uuid", "kilde"), text),
         "i_brug_fra": pa.date32(), "i_brug_til": pa.date32()},
        [(day.isoformat(), u.municipality, u.system, uuid_of(u.system), "ADM", u.fra, u.til)
         for day, uses in world.registers.items() for u in uses],
    )  # fmt: skip


def _plan(c: duckdb.DuckDBPyConnection, world: World, touched: set[date] | None) -> None:
    months = sorted(world.loaded_months() if touched is None else touched)
    periods = [("serviceplatformen", f"{m:%Y-%m}") for m in months] + [
        ("stoettesystemerne", f"{m:%Y-%m}-15") for m in months
    ]
    c.execute(
        "create or replace table plan.beroerte_perioder (kilde varchar, periode varchar);"
        "create or replace table plan.beroerte_maaneder (maaned date)"
    )
    if months:
        c.executemany("insert into plan.beroerte_perioder values (?, ?)", periods)
        c.executemany("insert into plan.beroerte_maaneder values (?)", [(m,) for m in months])
    c.execute(
        """
        create or replace table plan.beroerte_dage as
            select cast(strftime(cast(periode as date), '%Y%m%d') as integer) as dato_id
            from plan.beroerte_perioder where kilde = 'stoettesystemerne';
        create or replace table plan.nyeste_dage as from plan.beroerte_dage;
        create or replace table plan.beroerte_dages_maaneder as from plan.beroerte_maaneder;
        create or replace table plan.beroerte_udtraek (udtraeksdato date);
        create or replace table plan.beroerte_sapa_maaneder (maaned date);
        create or replace table plan.beroerte_kpi_maaneder as
            select distinct cast(maaned + to_months(cast(frem as integer)) as date) as maaned
            from plan.beroerte_maaneder cross join generate_series(0, 23) as serie (frem)
        """
    )


def up_to(world: World, month: date, without: Collection[date] = (), all_lists: bool = False) -> World:
    """The world as it was known when ``month`` was the newest, some months of it not having come yet.

    Args:
        all_lists: the registers, sheets and lists have all come, also those of later dates: only calls are new.
    """
    end = date.max if all_lists else add(month, 1)
    return replace(
        world,
        loaded={p: {m for m in ms if m <= month and m not in without} for p, ms in world.loaded.items()},
        calls=[c for c in world.calls if c.month <= month and c.month not in without],
        sheets={d: v for d, v in world.sheets.items() if d < end},
        ski={d: v for d, v in world.ski.items() if d < end},
        registers={d: v for d, v in world.registers.items() if d < end},
    )
