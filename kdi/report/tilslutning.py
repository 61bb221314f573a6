"""Tilslutningsrapport for one IT system: what it must have, what it is declared ready for, and what calls say."""

from dataclasses import dataclass
from typing import Any

from kdi.notation import danish
from kdi.report import codes, findings
from kdi.report.document import Block, Bullets, Column, Document, Paragraph, Section, Table, Tile, Tiles, cut, tabulate
from kdi.report.edition import Edition
from kdi.report.file_names import file_names
from kdi.report.municipality import SystemNames
from kdi.report.potentiale_parts import interface

Row = dict[str, Any]
VERDICTS = codes.labels("kpi.klarmelding_reel", "vurdering")


@dataclass(frozen=True)
class System:
    """The system that the report is about."""

    uuid: str | None
    name: str
    shown: str
    supplier: str

    @property
    def identity(self) -> str:
        """What tells it from a system of the same name: its UUID, or else its name, which is then its own."""
        return self.uuid or self.name


def file_names_of(systems: list[System]) -> dict[str, str]:
    """File names of the systems' reports and pages, by ``System.identity``."""
    return file_names({s.identity: s.shown for s in systems})


def systems(edition: Edition) -> list[System]:
    """The systems on SKI's list or in the status sheet in force, in Danish order."""
    names = SystemNames(edition)
    return [
        System(r["it_system_uuid"], r["it_system"], names(r), r["leverandoer"])
        for r in edition.rows(
            """select it_system, it_system_uuid, leverandoer from kpi.tilslutning
            where statusdato = $statusdato order by it_system collate da, it_system_uuid"""
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
    date = edition.status_day or danish.MISSING
    confirmed = _confirmed(edition, system)
    return Document(
        title=f"Tilslutningsrapport for {system.shown}",
        subtitle=f"Status {date} · kald til og med {danish.day(edition.month_end)}",
        product="Tilslutningsrapport",
        period=danish.quarter(edition.month),
        audience=f"{system.shown} · {system.supplier}",
        headline=findings.ready(system.shown, state.get("klarmeldte", 0), state.get("obligatoriske", 0), confirmed),
        front=(
            _tiles(edition, state, confirmed, users.get("anvendere", 0)),
            *_status_blocks(edition, mandatory),
            Paragraph("Hvad er det næste, og hvem gør det?", "heading"),
            Bullets(tuple(_next(edition, mandatory, system))),
            Paragraph("Hvad har flyttet sig?", "heading"),
            Bullets(tuple(_moved(edition, system))),
        ),
        sections=(
            Section(_lacking_title(users), tuple(_lacking(edition, system, named)), new_page=True),
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
        and statusdato between $kvartalets_foerste and $slut order by statusdato desc, snitflade""",
        navn=system.name,
        uuid=system.uuid,
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
        """select cvr, kommune, gaeld as mangler from kpi.teknisk_gaeld
        where maaned = $maaned and it_system = $navn and it_system_uuid is not distinct from $uuid
            and mulige > kan_ikke_maales
        order by kommune collate da""",
        navn=system.name,
        uuid=system.uuid,
    )


def _lacking_title(debts: Row) -> str:
    if not debts.get("kommuner_maalt"):
        return "Hvilke kommuner mangler noget? Ingen har noget, der kan måles"
    whole = danish.count(debts["kommuner_maalt"], "kommune", "kommuner")
    return f"{debts['kommuner']} af {whole} mangler mindst én krævet snitflade"


def _lacking(edition: Edition, system: System, named: frozenset[str]) -> list[Block]:
    rows = edition.rows(
        """select *, kan_ikke_maales > 0 as umaalt from kpi.potentiale_sum
        where maaned = $maaned and niveau = 'it_system_snitflade' and it_system = $navn
            and it_system_uuid is not distinct from $uuid
        order by kommuner - kommuner_i_brug desc, snitflade""",
        navn=system.name,
        uuid=system.uuid,
    )
    table = tabulate(
        "Hvor er de krævede snitflader i brug?",
        rows,
        (Column("Krævet snitflade", 3), interface),
        (
            Column("I brug i", 1, right=True),
            lambda r: danish.UNMEASURABLE if r["umaalt"] else f"{r['kommuner_i_brug']} af {r['kommuner']}",
        ),
        (
            Column("Mangler i", 0.9, right=True),
            lambda r: danish.MISSING if r["umaalt"] else danish.number(r["kommuner"] - r["kommuner_i_brug"]),
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
        """select * from kpi.udbredelse_enkelte
        where maaned = $maaned and it_system = $navn and it_system_uuid is not distinct from $uuid
        order by aktive, anvendere desc, service, version, kommune collate da""",
        navn=system.name,
        uuid=system.uuid,
    )
    callers: dict[tuple[str, str | None], list[Row]] = {}
    for r in rows:
        callers.setdefault((r["service"], r["version"]), []).append(r)
    found = list(callers.values())[:4]
    if not found:
        return []
    lines = [
        f"{r['service']}{' ' + r['version'] if r['version'] else ''}, {edition.interfaces[r['snitflade']]}, kaldes kun"
        f" af {_of_these(these, named)}, {len(these)} af {r['anvendere']}."
        for these in found
        for r in these[:1]
    ]
    who = _of_these(found[0], named) if len(found) == 1 else "få"
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
        """select * from kpi.klarmelding_reel
        where maaned = $maaned and it_system = $navn and it_system_uuid is not distinct from $uuid
            and (krav is not null or kald_12m > 0 or klarmelding is not null)
        order by snitflade not like 'SF%' desc, snitflade""",
        navn=system.name,
        uuid=system.uuid,
    )


def _users(edition: Edition, system: System) -> Row:
    """How many municipalities use the system, and lack something in it; empty when none is told of."""
    return edition.row(
        """select * from kpi.teknisk_gaeld_sum
        where maaned = $maaned and it_system = $navn and it_system_uuid is not distinct from $uuid""",
        navn=system.name,
        uuid=system.uuid,
    )


def _confirmed(edition: Edition, system: System) -> int:
    """How many of the demanded interfaces are declared ready and called."""
    row = edition.row(
        """select kraevede from kpi.klarmelding_sum
        where maaned = $maaned and niveau = 'it_system' and vurdering = 'bekraeftet'
            and it_system = $navn and it_system_uuid is not distinct from $uuid""",
        navn=system.name,
        uuid=system.uuid,
    )
    return int(row.get("kraevede", 0))


def _tiles(edition: Edition, state: Row, confirmed: int, users: int) -> Tiles:
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
                _ratio(confirmed, state.get("klarmeldte", 0), "ingen"),
                ("af de klarmeldte",),
                "klarmeldinger_bekraeftet",
            ),
            Tile("Kommuner", danish.number(users), ("bruger systemet",), "anvendere"),
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
        (Column("Klarmelding", 1.1, mark=True), declared),
        (Column("Kaldene siger", 1.6, mark=True), lambda r: VERDICTS.get(r["vurdering"] or "", danish.MISSING)),
        (Column("Alle myndigheders kald på 12 mdr.", 1.4, right=True), lambda r: danish.number(r["kald_12m"])),
        (Column("Kommuner med kald", 1, right=True), lambda r: danish.number(r["kommuner_med_kald"])),
        name=name,
        empty=empty,
    )


def declared(row: Row) -> str:
    """What the supplier says, as it stands in a table."""
    if row["klarmelding"] == "Irrelevant":
        return danish.NOT_RELEVANT
    if row["klarmelding"] == "Klarmeldt":
        return "Ja"
    return row["klarmelding"] or "ikke oplyst"
