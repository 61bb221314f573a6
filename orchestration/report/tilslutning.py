"""Tilslutningsrapport for one IT system: what it must have, what it is declared ready for, and what calls say."""

from dataclasses import dataclass
from typing import Any

from orchestration.report import danish, findings
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
    cut,
    tabulate,
)
from orchestration.report.edition import Edition
from orchestration.report.file_names import file_names
from orchestration.report.municipality import SystemNames
from orchestration.report.potentiale_parts import interface

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


def build(edition: Edition, system: System, named: frozenset[str] | None = None) -> Document:
    """The report of one system.

    Args:
        named: CVR numbers of the municipalities that its reader may see by name; all of them for KOMBIT.
    """
    if named is None:
        named, names_are_for = frozenset(m["cvr"] for m in edition.municipalities), "Navne er til KOMBIT alene."
    else:
        names_are_for = "Kun kommuner, der har aftalt at dele med alle, nævnes ved navn."
    state = _state(edition, system)
    statuses = interfaces(edition, system)
    mandatory = [r for r in statuses if r["krav"] == "obligatorisk"]
    others = [r for r in statuses if r["krav"] != "obligatorisk"]
    users = _users(edition, system)
    date = danish.day(edition.status_date) if edition.status_date else danish.MISSING
    confirmed = sum(r["vurdering"] == "bekraeftet" for r in mandatory if r["klarmelding"] == "Klarmeldt")
    return Document(
        title=f"Tilslutningsrapport for {system.shown}",
        subtitle=f"Status {date} · kald til og med {danish.day(edition.month_end)}",
        product="Tilslutningsrapport",
        period=danish.quarter(edition.month),
        audience=f"{system.shown} · {system.supplier}",
        headline=findings.ready(system.shown, state.get("klarmeldte", 0), state.get("obligatoriske", 0), confirmed),
        front=(
            _tiles(edition, state, mandatory, users),
            *_status_blocks(edition, mandatory),
            Paragraph("Hvad er det næste, og hvem gør det?", "heading"),
            Bullets(tuple(_next(edition, mandatory, system))),
            Paragraph("Hvad har flyttet sig?", "heading"),
            Bullets(tuple(_moved(edition, system))),
        ),
        sections=(
            Section(_lacking_title(edition, system), tuple(_lacking(edition, system, named)), new_page=True),
            Section("Supplerende snitflader, og andre med kald", (cut(_table(others, "supplerende", "Ingen."), 6),)),
        ),
        definitions=(
            *edition.define("kpi.tilslutning", "obligatoriske", "klarmeldte"),
            *edition.define("kpi.klarmelding_reel", "klarmeldinger_bekraeftet", "kommuner_med_kald"),
        ),
        release=edition.release_id,
        data_through=danish.day(edition.month_end),
        notes=(
            "Bekræftet: klarmeldt, og der er kald. Klarmeldt uden kald: der er ingen kald på 12 måneder. Kald uden"
            f" klarmelding: kaldes, men er ikke fuldt klarmeldt. Status er fra {date}."
            f" {names_are_for}",
        ),
    )


def _next(edition: Edition, mandatory: list[Row], system: System) -> list[str]:
    """What is to be done about the demanded interfaces, and by whom; the easiest first."""
    kinds = (
        ("klarmeldt_uden_kald", f"Kommunerne tager i brug, og {system.supplier} viser, at det virker"),
        ("kald_uden_klarmelding", f"{system.supplier} klarmelder det, der allerede kaldes"),
        ("ikke_tilsluttet", f"{system.supplier} siger, hvornår det bliver klarmeldt"),
    )
    lines = []
    for verdict, text in kinds:
        found = [edition.interfaces[r["snitflade"]] for r in mandatory if r["vurdering"] == verdict]
        if found:
            lines.append(f"{text}: {danish.listed(found)}.")
    return lines or ["Intet: kald bekræfter hver krævet snitflade, der kan måles."]


def _moved(edition: Edition, system: System) -> list[str]:
    rows = edition.rows(
        """select * from kpi.klarmelding_haendelser where it_system = $navn
        and it_system_uuid is not distinct from $uuid
        and statusdato > $maaned - interval 3 month and statusdato <= $slut order by statusdato desc, snitflade""",
        navn=system.name,
        uuid=system.uuid,
        slut=edition.month_end,
    )
    lines = [
        f"{danish.day(r['statusdato'])}: {edition.interfaces[r['snitflade']]} fra {(r['fra'] or 'ikke oplyst').lower()}"
        f" til {(r['til'] or 'ikke oplyst').lower()}"
        + (f" efter {danish.count(r['dage'], 'dag', 'dage')}." if r["dage"] else ".")
        for r in rows[:5]
    ]
    if len(rows) > len(lines):
        lines.append(f"Og {len(rows) - len(lines)} andre skift.")
    return lines or ["Ingen klarmelding er ændret siden kvartalet før."]


def _by_municipality(edition: Edition, system: System) -> list[Row]:
    """How many of the demanded interfaces each municipality with the system lacks, of those that can be measured."""
    return edition.rows(
        """select cvr, kommune, count(*) filter (where tilstand <> 'i_brug') as mangler, count(*) as mulige
        from kpi.potentiale where maaned = $maaned and it_system = $navn and it_system_uuid is not distinct from $uuid
            and tilstand <> 'kan_ikke_maales'
        group by cvr, kommune order by kommune collate da""",
        navn=system.name,
        uuid=system.uuid,
    )


def _lacking_title(edition: Edition, system: System) -> str:
    rows = _by_municipality(edition, system)
    if not rows:
        return "Hvilke kommuner mangler noget? Ingen har noget, der kan måles"
    lacking = sum(r["mangler"] > 0 for r in rows)
    return f"{lacking} af {danish.count(len(rows), 'kommune', 'kommuner')} mangler mindst én krævet snitflade"


def _lacking(edition: Edition, system: System, named: frozenset[str]) -> list[Block]:
    rows = edition.rows(
        """select snitflade, any_value(snitflade_navn) as snitflade_navn, any_value(aktive) as aktive,
            any_value(anvendere) as anvendere, any_value(tilstand = 'kan_ikke_maales') as umaalt
        from kpi.potentiale where maaned = $maaned and it_system = $navn and it_system_uuid is not distinct from $uuid
        group by snitflade order by any_value(anvendere) - any_value(aktive) desc, snitflade""",
        navn=system.name,
        uuid=system.uuid,
    )
    table = tabulate(
        "Hvor er de krævede snitflader i brug?",
        rows,
        (Column("Krævet snitflade", 3), interface),
        (
            Column("I brug i", 1, right=True),
            lambda r: "kan ikke måles" if r["umaalt"] else f"{r['aktive']} af {r['anvendere']}",
        ),
        (
            Column("Mangler i", 0.9, right=True),
            lambda r: danish.MISSING if r["umaalt"] else danish.number(r["anvendere"] - r["aktive"]),
        ),
        name="mangler",
        empty="Ingen kommuner bruger systemet, eller det har ingen krav.",
    )
    return [cut(table, 15), *_names(edition, system, named), *_why_only(edition, system, named)]


def _names(edition: Edition, system: System, named: frozenset[str]) -> list[Block]:
    rows = _by_municipality(edition, system)
    groups = (
        ("Har alle", [r for r in rows if r["mangler"] == 0]),
        ("Mangler én eller to", [r for r in rows if 1 <= r["mangler"] <= 2]),
        ("Mangler flere", [r for r in rows if r["mangler"] > 2]),
    )
    lines = [f"{said} ({len(found)}): {_of_these(found, named)}." for said, found in groups if found]
    return [Bullets(tuple(lines))] if lines else []


def _of_these(rows: list[Row], named: frozenset[str]) -> str:
    """Names of those that may be named, and how many others."""
    known = [r["kommune"] for r in rows if r["cvr"] in named]
    others = len(rows) - len(known)
    if not known:
        return danish.count(others, "kommune", "kommuner")
    more = [danish.count(others, "anden kommune", "andre kommuner")] if others else []
    return danish.listed([*known, *more])


def _why_only(edition: Edition, system: System, named: frozenset[str]) -> list[Block]:
    """The deck's own question: a service that one or two of the system's municipalities call, and who they are."""
    rows = edition.rows(
        """with kaldere as (
            select distinct s.service, s.version, m.cvr, m.navn as kommune
            from marts.fct_kald_maaned as k
            inner join marts.dim_service as s on k.service_id = s.service_id
            inner join marts.dim_myndighed as m on k.myndighed_id = m.myndighed_id and m.type = 'kommune'
            where k.it_system_id = $id and k.antal_kald > 0
                and k.maaned <= $maaned and k.maaned > $maaned - interval 12 month
        )
        select u.service, u.version, u.snitflade, u.anvendere,
            list({'cvr': k.cvr, 'kommune': k.kommune} order by k.kommune collate da) as kaldere
        from kpi.udbredelse as u
        inner join kaldere as k on u.service = k.service and u.version is not distinct from k.version
        where u.maaned = $maaned and u.it_system = $navn and u.it_system_uuid is not distinct from $uuid
            and u.aktive between 1 and 2 and u.anvendere >= 5
        group by all order by length(kaldere), u.anvendere desc, u.service, u.version limit 4""",
        id=system.it_system_id,
        navn=system.name,
        uuid=system.uuid,
    )
    if not rows:
        return []
    lines = [
        f"{r['service']}{' ' + r['version'] if r['version'] else ''}, {edition.interfaces[r['snitflade']]}, kaldes kun"
        f" af {_of_these(r['kaldere'], named)}, {len(r['kaldere'])} af {r['anvendere']}."
        for r in rows
    ]
    who = _of_these(rows[0]["kaldere"], named) if len(rows) == 1 else "få"
    return [Paragraph(f"Hvorfor kun {who}?", "heading"), Bullets(tuple(lines))]


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
        """select sn.snitflade, sn.navn as snitflade_navn, f.klarmelding, coalesce(f.krav, k.krav) as krav,
            k.kald_12m, k.kommuner_med_kald, k.vurdering
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
            Tile(share.label, share.text(state.get("tilslutningsgrad")), ("af de krævede snitflader",), share.name),
            Tile(
                "Klarmeldte",
                _ratio(state.get("klarmeldte", 0), state.get("obligatoriske", 0), "ingen krav"),
                (f"delvis: {state.get('delvise', 0)}", f"ikke oplyst: {state.get('uoplyste', 0)}"),
                "klarmeldte",
            ),
            Tile(
                "Bekræftet af kald",
                _ratio(confirmed, len(ready), "ingen"),
                ("af de klarmeldte",),
                "klarmeldinger_bekraeftet",
            ),
            Tile("Kommuner", danish.number(len(users)), ("anvender systemet",), "anvendere"),
        )
    )


def _ratio(some: int, whole: int, none: str) -> str:
    return f"{some} af {whole}" if whole else none


def _status_blocks(edition: Edition, mandatory: list[Row]) -> list[Block]:
    def those(verdict: str) -> str:
        return danish.listed([edition.interfaces[r["snitflade"]] for r in mandatory if r["vurdering"] == verdict])

    said = []
    if unconfirmed := those("klarmeldt_uden_kald"):
        said.append(f"Klarmeldt uden kald på 12 måneder: {unconfirmed}.")
    if undeclared := those("kald_uden_klarmelding"):
        said.append(f"Kald uden klarmelding: {undeclared}.")
    return [
        cut(_table(mandatory, "klarmelding", "Systemet har ingen krævede snitflader."), 18),
        Paragraph(" ".join(said) or "Kaldene siger det samme som klarmeldingerne."),
    ]


def _table(rows: list[Row], name: str, empty: str) -> Table:
    return tabulate(
        "Klarmelding og kald pr. krævet snitflade" if name == "klarmelding" else "Klarmelding og kald",
        rows,
        (Column("Snitflade", 3.2), interface),
        (Column("Klarmelding", 1.1, mark=True), _declared),
        (Column("Kaldene siger", 1.6, mark=True), lambda r: VERDICTS.get(r["vurdering"] or "", danish.MISSING)),
        (Column("Kald på 12 mdr.", 1.1, right=True), lambda r: danish.number(r["kald_12m"])),
        (Column("Kommuner med kald", 1, right=True), lambda r: danish.number(r["kommuner_med_kald"])),
        name=name,
        empty=empty,
    )


def _declared(row: Row) -> str:
    if row["klarmelding"] == "Irrelevant":
        return danish.NOT_RELEVANT
    if row["klarmelding"] == "Klarmeldt":
        return "Ja"
    return row["klarmelding"] or "ikke oplyst"
