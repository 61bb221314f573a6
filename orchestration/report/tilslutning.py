"""Tilslutningsrapport for one IT system: what it must have, what it is declared ready for, and what calls say."""

from dataclasses import dataclass
from typing import Any

from orchestration.report import danish, findings, tragt
from orchestration.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Paragraph,
    Section,
    Table,
    Tile,
    Tiles,
    tabulate,
)
from orchestration.report.edition import Edition
from orchestration.report.file_names import file_names
from orchestration.report.municipality import SystemNames

Row = dict[str, Any]
VERDICTS = {
    "bekraeftet": "Bekræftet",
    "klarmeldt_uden_kald": "Klarmeldt uden kald",
    "kan_ikke_maales": "Kan ikke måles",
    "kald_uden_klarmelding": "Kald uden klarmelding",
    "ikke_relevant": danish.NOT_RELEVANT,
    "ikke_tilsluttet": "Ikke tilsluttet",
}


@dataclass(frozen=True)
class System:
    """The system that the report is about."""

    it_system_id: int
    uuid: str | None
    name: str
    shown: str
    supplier: str

    @property
    def identity(self) -> str:
        """What tells it from a system of the same name: its UUID, or else its key."""
        return self.uuid or str(self.it_system_id)


def file_names_of(systems: list[System]) -> dict[str, str]:
    """File names of the systems' reports and pages, by ``System.identity``."""
    return file_names({s.identity: s.shown for s in systems})


def systems(edition: Edition) -> list[System]:
    """The systems on SKI's list or in the status sheet in force, in Danish order."""
    names = SystemNames(edition)
    return [
        System(r["it_system_id"], r["it_system_uuid"], r["it_system"], names(r), r["leverandoer"])
        for r in edition.rows(
            """select s.it_system_id, s.uuid as it_system_uuid, s.navn as it_system, t.leverandoer
            from kpi.tilslutning as t inner join marts.dim_it_system as s
                on t.it_system = s.navn and t.it_system_uuid is not distinct from s.uuid
            where t.statusdato = $statusdato order by s.navn collate da, s.uuid"""
        )
    ]


def build(edition: Edition, system: System, public: bool = False) -> Document:
    """The report of one system, for KOMBIT and its supplier; or for all, without calls that are mostly one's."""
    state = _state(edition, system)
    statuses = interfaces(edition, system)
    mandatory = [r for r in statuses if r["krav"] == "obligatorisk"]
    others = [r for r in statuses if r["krav"] != "obligatorisk"]
    users = _users(edition, system)
    date = danish.day(edition.status_date) if edition.status_date else danish.MISSING
    return Document(
        title=f"Tilslutningsrapport for {system.shown}",
        subtitle=f"Status {date} · kald til og med {danish.day(edition.month_end)}",
        audience=f"KOMBIT og {system.supplier}",
        headline=findings.ready(system.shown, state.get("klarmeldte", 0), state.get("obligatoriske", 0)),
        front=(
            _tiles(edition, state, mandatory, users),
            Paragraph(f"Leverandør: {system.supplier}. UUID: {system.uuid or 'ikke oplyst'}."),
            Paragraph("SKI-ydelsesområde og use cases", "heading"),
            Bullets(tuple(_use_cases(edition, system))),
            Paragraph("Integrationer", "heading"),
            Bullets(tuple(_integrations(edition, statuses))),
            *_status_blocks(mandatory, public),
        ),
        sections=(
            Section("Supplerende snitflader, og andre med kald", (_table(others, "supplerende", "Ingen.", public),)),
            Section("Fra forpligtelse til stabil brug", (tragt.of_system(edition, system.name, system.uuid, public),)),
            Section("Kommuner, der anvender systemet", tuple(_user_blocks(users, system))),
        ),
        definitions=(
            *edition.define("kpi.tilslutning", "obligatoriske", "klarmeldte", "delvise", "tilslutningsgrad"),
            *edition.define("kpi.klarmelding_reel", "klarmeldinger_bekraeftet", "kald_12m", "kommuner_med_kald"),
        ),
        release=edition.release_id,
        data_through=danish.day(edition.month_end),
        notes=(
            "Bekræftet: klarmeldt, og der er kald. Klarmeldt uden kald: der er ingen kald på 12 måneder. Kald uden"
            " klarmelding: arket er ikke opdateret. Use cases og integrationer er KOMBIT’s skøn.",
        ),
    )


def _state(edition: Edition, system: System) -> Row:
    return edition.row(
        """select * from kpi.tilslutning where statusdato = $statusdato and it_system = $navn
            and it_system_uuid is not distinct from $uuid""",
        navn=system.name,
        uuid=system.uuid,
    )


def interfaces(edition: Edition, system: System) -> list[Row]:
    """Every interface that is demanded of, declared for or called by the system, as declared and as called."""
    return edition.rows(
        """select sn.snitflade, sn.navn, f.klarmelding, coalesce(f.krav, k.krav) as krav,
            k.kald_12m, k.kommuner_med_kald, k.er_anonym, k.vurdering
        from (select * from marts.fct_klarmelding where statusdato = $statusdato and it_system_id = $id) as f
        full outer join (
            select r.*, d.snitflade_id from kpi.klarmelding_reel as r
            inner join marts.dim_snitflade as d on r.snitflade = d.snitflade
            where r.maaned = $maaned and r.it_system = $navn and r.it_system_uuid is not distinct from $uuid
        ) as k on f.snitflade_id = k.snitflade_id
        inner join marts.dim_snitflade as sn on coalesce(f.snitflade_id, k.snitflade_id) = sn.snitflade_id
        where coalesce(f.krav, k.krav) is not null or coalesce(k.kald_12m, 0) > 0 or f.klarmelding is not null
        order by sn.snitflade not like 'SF%' desc, sn.snitflade""",
        id=system.it_system_id,
        navn=system.name,
        uuid=system.uuid,
    )


def _users(edition: Edition, system: System) -> list[Row]:
    return edition.rows(
        """with gaeldende as (
            select register, coalesce(max(statusdato) filter (where statusdato <= $slut), min(statusdato)) as statusdato
            from marts.fct_systemanvendelse group by register
        ),
        brugere as (
            select brug.myndighed_id from marts.fct_systemanvendelse as brug
            inner join gaeldende on brug.register = gaeldende.register and brug.statusdato = gaeldende.statusdato
            where brug.it_system_id = $id and coalesce(brug.i_brug_fra <= $slut, true)
                and coalesce(brug.i_brug_til >= $maaned - interval 11 month, true)
            union
            select myndighed_id from marts.fct_kald_maaned
            where it_system_id = $id and maaned <= $maaned and maaned > $maaned - interval 12 month and antal_kald > 0
        )
        select m.navn from brugere inner join marts.dim_myndighed as m on brugere.myndighed_id = m.myndighed_id
        where m.type = 'kommune' order by m.navn collate da""",
        id=system.it_system_id,
        slut=edition.month_end,
    )


def _tiles(edition: Edition, state: Row, mandatory: list[Row], users: list[Row]) -> Tiles:
    ready = [r for r in mandatory if r["klarmelding"] == "Klarmeldt"]
    confirmed = sum(r["vurdering"] == "bekraeftet" for r in ready)
    share = edition.measure("tilslutningsgrad", "kpi.tilslutning")
    return Tiles(
        (
            Tile(
                share.label, share.text(state.get("tilslutningsgrad")), ("af de obligatoriske snitflader",), share.name
            ),
            Tile(
                "Klarmeldte",
                f"{state.get('klarmeldte', 0)} af {state.get('obligatoriske', 0)}",
                (f"delvis: {state.get('delvise', 0)}", f"ikke oplyst: {state.get('uoplyste', 0)}"),
                "klarmeldte",
            ),
            Tile(
                "Bekræftet af kald", f"{confirmed} af {len(ready)}", ("af de klarmeldte",), "klarmeldinger_bekraeftet"
            ),
            Tile("Kommuner", danish.number(len(users)), ("anvender systemet",), "anvendere"),
        )
    )


def _use_cases(edition: Edition, system: System) -> list[str]:
    rows = edition.rows(
        """select ydelsesomraade, list(distinct use_case order by use_case) as use_cases from marts.ski_use_case
        where statusdato = $statusdato and it_system_id = $id group by ydelsesomraade order by ydelsesomraade""",
        id=system.it_system_id,
    )
    if not rows:
        return ["Systemet står ikke på SKI’s liste."]
    return [
        f"{r['ydelsesomraade'] or 'Ydelsesområde ikke oplyst'}: "
        f"{danish.listed([u for u in r['use_cases'] if u]) or 'use cases ikke oplyst'}"
        for r in rows
    ]


def _integrations(edition: Edition, statuses: list[Row]) -> list[str]:
    lines = []
    for demand, said in (("obligatorisk", "Obligatoriske"), ("supplerende", "Supplerende")):
        rows = edition.rows(
            "select distinct integration, navn from marts.integration where list_contains($sn, snitflade) order by all",
            sn=[r["snitflade"] for r in statuses if r["krav"] == demand],
        )
        names = [f"{r['integration']} {r['navn']}" for r in rows]
        lines.append(f"{said}: {danish.listed(names) or 'ingen, der står i kataloget over integrationer'}.")
    return lines


def _status_blocks(mandatory: list[Row], public: bool) -> list[Block]:
    unconfirmed = [r["snitflade"] for r in mandatory if r["vurdering"] == "klarmeldt_uden_kald"]
    undeclared = [r["snitflade"] for r in mandatory if r["vurdering"] == "kald_uden_klarmelding"]
    said = []
    if unconfirmed:
        said.append(f"Klarmeldt uden kald på 12 måneder: {danish.listed(unconfirmed)}.")
    if undeclared:
        said.append(f"Kald uden klarmelding: {danish.listed(undeclared)}.")
    return [
        _table(mandatory, "klarmelding", "Systemet har ingen obligatoriske snitflader.", public),
        Paragraph(" ".join(said) or "Kaldene siger det samme som klarmeldingerne."),
    ]


def _table(rows: list[Row], name: str, empty: str, public: bool) -> Table:
    return tabulate(
        "Klarmelding og kald pr. obligatorisk snitflade" if name == "klarmelding" else "Klarmelding og kald",
        rows,
        (
            Column("Snitflade", 3.2),
            lambda r: r["navn"] if r["navn"] == r["snitflade"] else f"{r['snitflade']} {r['navn']}",
        ),
        (Column("Klarmelding", 1.1, mark=True), lambda r: _declared(r)),
        (Column("Kaldene siger", 1.6, mark=True), lambda r: VERDICTS.get(r["vurdering"] or "", danish.MISSING)),
        (Column("Kald på 12 mdr.", 1.1, right=True), lambda r: _calls(r, public)),
        (Column("Kommuner med kald", 1, right=True), lambda r: danish.number(r["kommuner_med_kald"])),
        name=name,
        empty=empty,
    )


def _calls(row: Row, public: bool) -> str:
    few = public and row["kald_12m"] and not row["er_anonym"]
    return danish.TOO_FEW if few else danish.number(row["kald_12m"])


def _declared(row: Row) -> str:
    if row["klarmelding"] == "Irrelevant":
        return danish.NOT_RELEVANT
    if row["klarmelding"] == "Klarmeldt":
        return "Ja"
    return row["klarmelding"] or "ikke oplyst"


def _user_blocks(users: list[Row], system: System) -> list[Block]:
    if not users:
        return [Paragraph("Hverken registre eller kald viser kommuner, der bruger systemet.")]
    return [
        Paragraph(
            f"{danish.counted(len(users), 'kommune', 'kommuner')} bruger {system.shown} efter registrene eller"
            " kaldene på 12 måneder."
        ),
        Bullets((danish.listed([r["navn"] for r in users]) + ".",)),
    ]
