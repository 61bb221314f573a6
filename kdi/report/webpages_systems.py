"""A page per system on SKI's list or in the status sheet, and the list of them: the same for all readers."""

from collections.abc import Iterator
from typing import Any

from kdi.notation import danish
from kdi.report import findings, lists, tragt
from kdi.report.directory import Directory
from kdi.report.document import Bullets, Column, Definition, Paragraph, Table, tabulate
from kdi.report.edition import Edition
from kdi.report.potentiale_parts import interface
from kdi.report.small_counts import few, few_of
from kdi.report.tilslutning import VERDICTS, System, declared, systems
from kdi.report.web_blocks import STATES, Part, States
from kdi.report.webpages import Page

Row = dict[str, Any]
Key = tuple[str, str | None]


def pages(edition: Edition, directory: Directory) -> Iterator[Page]:
    """The list, then each."""
    known = _Known(edition)
    define = edition.define("kpi.tilslutning", "tilslutningsgrad")
    yield _list(edition, known, define)
    for system in known.systems:
        yield _page(edition, known, system, directory.systems[system.shown], define)


def of_state(uses: Row, state: str) -> int:
    """Uses in a state, of a row of ``kpi.potentiale_sum``; none where nothing is possible."""
    return int(uses.get(state, 0))


class _Known:
    """All systems with their declarations and uses, asked for once."""

    def __init__(self, edition: Edition) -> None:
        self.systems = systems(edition)
        self.stand = {_key(r): r for r in edition.rows("select * from kpi.tilslutning where statusdato = $statusdato")}
        sums = edition.rows("select * from kpi.potentiale_sum where maaned = $maaned and it_system is not null")
        self.uses = {_key(r): r for r in sums if r["niveau"] == "it_system"}
        self.uses_of_interfaces = _grouped([r for r in sums if r["niveau"] == "it_system_snitflade"])
        self.interfaces = _grouped(
            edition.rows(
                """select * from kpi.klarmelding_reel
                where maaned = $maaned and (krav is not null or klarmelding is not null or kald_12m > 0)
                order by krav is distinct from 'obligatorisk', snitflade"""
            )
        )
        self.confirmed = {
            _key(r): r["kraevede"]
            for r in edition.rows(
                """select * from kpi.klarmelding_sum
                where maaned = $maaned and niveau = 'it_system' and vurdering = 'bekraeftet'"""
            )
        }
        self.users = {
            _key(r): r["anvendere"] for r in edition.rows("select * from kpi.teknisk_gaeld_sum where maaned = $maaned")
        }
        self.use_cases = _grouped(
            edition.rows(
                """select s.navn as it_system, s.uuid as it_system_uuid, u.ydelsesomraade, u.use_case
                from marts.ski_use_case as u inner join marts.dim_it_system as s on u.it_system_id = s.it_system_id
                where u.statusdato = $statusdato order by u.ydelsesomraade, u.use_case"""
            )
        )


def _key(row: Row) -> Key:
    return row["it_system"], row["it_system_uuid"]


def _grouped(rows: list[Row]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault(_key(row), []).append(row)
    return found


def _list(edition: Edition, known: _Known, define: tuple[Definition, ...]) -> Page:
    rows: list[Row] = [
        {
            "system": s,
            "stand": known.stand[s.name, s.uuid],
            "brug": known.uses.get((s.name, s.uuid), {}),
            "anvendere": known.users.get((s.name, s.uuid), 0),
        }
        for s in known.systems
    ]
    rows.sort(key=lambda r: -of_state(r["brug"], "andre_i_gang"))
    share = edition.measure("tilslutningsgrad", "kpi.tilslutning")
    waiting = lists.count(rows, lambda r: of_state(r["brug"], "andre_i_gang") > 0)
    table = tabulate(
        "De systemer, hvor flest kommuner kan følge andre, står først",
        rows,
        (Column("System", 2), lambda r: r["system"].shown),
        (Column("Leverandør", 1.6), lambda r: r["system"].supplier),
        (Column("Klarmeldt", 1, right=True), lambda r: _of(r["stand"]["klarmeldte"], r["stand"]["obligatoriske"])),
        (Column(share.label, 1, right=True), lambda r: share.text(r["stand"]["tilslutningsgrad"])),
        (
            Column("Kommuner, der bruger systemet", 1.1, right=True),
            lambda r: danish.number(r["anvendere"]),
        ),
        (Column("I brug", 1, right=True), lambda r: danish.number(of_state(r["brug"], "i_brug"))),
        (Column("Andre er i gang", 1, right=True), lambda r: danish.number(of_state(r["brug"], "andre_i_gang"))),
        note="I brug og andre er i gang: krævede snitflader talt pr. kommune, der bruger systemet.",
        empty="Der er ingen systemer på SKI’s liste eller i onboardingarket.",
    )
    return Page(
        "systemer.html",
        "It-systemer",
        "systemer.html",
        f"{waiting} af {danish.counted(len(rows), 'system', 'systemer').lower()} har snitflader, som nogle kommuner"
        " bruger og andre mangler.",
        (Part("", (table,)),),
        definitions=define,
    )


def _of(part: int, whole: int) -> str:
    return f"{part} af {whole}" if whole else "ingen krav"


def _page(edition: Edition, known: _Known, system: System, path: str, define: tuple[Definition, ...]) -> Page:
    key = (system.name, system.uuid)
    stand, uses = known.stand[key], known.uses.get(key, {})
    demanded = [r for r in known.interfaces.get(key, []) if r["krav"] == "obligatorisk"]
    others = [r for r in known.interfaces.get(key, []) if r["krav"] != "obligatorisk"]
    parts = [
        Part(
            "Krævede snitflader",
            (_table(demanded, known.uses_of_interfaces.get(key, []), "Systemet har ingen krav på SKI’s liste."),),
        ),
        Part("Kommunernes brug", tuple(_uses(uses, known.users.get(key, 0)))),
        Part("Andre snitflader", (_table(others, [], ""),) if others else ()),
        Part("Hvor langt er kommunerne?", (tragt.of_system(edition, system.name, system.uuid, True),)),
        Part("Ydelsesområde og use cases", (_use_cases(known.use_cases.get(key, [])),)),
    ]
    return Page(
        path,
        system.shown,
        "systemer.html",
        findings.ready(system.shown, stand["klarmeldte"], stand["obligatoriske"], known.confirmed.get(key, 0)),
        (Part("", (Paragraph(f"Leverandør: {system.supplier}."),)), *(p for p in parts if p.blocks)),
        definitions=define,
        notes=(
            "Bekræftet: klarmeldt, og der er kald. Klarmeldt uden kald: der er ingen kald på 12 måneder. Kald uden"
            " klarmelding: kaldes, men er ikke fuldt klarmeldt. Use cases er KOMBIT’s skøn.",
        ),
        trail=(("systemer.html", "Systemer"),),
        kicker=system.shown,
    )


def _uses(uses: Row, users: int) -> Iterator[Paragraph | States]:
    if not users:
        yield Paragraph("Hverken registre eller kald viser kommuner, der bruger systemet.")
        return
    said = f"{danish.counted(users, 'kommune', 'kommuner')} bruger systemet."
    if not uses:
        yield Paragraph(said)
        return
    yield Paragraph(
        f"{said} Det giver {danish.number(uses['mulige'])} mulige anvendelser, én for hver krævet snitflade i hver"
        " kommune."
    )
    yield States(tuple((state, of_state(uses, state)) for state in STATES))


def _table(rows: list[Row], uses: list[Row], empty: str) -> Table:
    by_interface = {use["snitflade"]: use for use in uses}

    def used(row: Row) -> str:
        found = by_interface.get(row["snitflade"])
        if found is None:
            return few(row["kommuner_med_kald"] or 0)
        if found["kan_ikke_maales"]:
            return danish.UNMEASURABLE
        return few_of(of_state(found, "i_brug"), found["mulige"])

    return tabulate(
        f"{danish.counted(len(rows), 'snitflade', 'snitflader')}",
        rows,
        (Column("Snitflade", 3.2), interface),
        (Column("Klarmelding", 1.1, mark=True), declared),
        (Column("Kaldene siger", 1.6, mark=True), lambda r: VERDICTS.get(r["vurdering"] or "", danish.MISSING)),
        (Column("I brug i kommuner", 1.1, right=True), used),
        (Column("Alle myndigheders kald på 12 mdr.", 1.4, right=True), _calls),
        empty=empty,
    )


def _calls(row: Row) -> str:
    return danish.TOO_FEW if row["kald_12m"] and not row["er_anonym"] else danish.number(row["kald_12m"])


def _use_cases(rows: list[Row]) -> Bullets:
    if not rows:
        return Bullets(("Systemet står ikke på SKI’s liste.",))
    areas: dict[str | None, list[str]] = {}
    for r in rows:
        areas.setdefault(r["ydelsesomraade"], []).extend([r["use_case"]] if r["use_case"] else [])
    return Bullets(
        tuple(
            f"{area or 'Ydelsesområde ikke oplyst'}: {danish.listed(use_cases) or 'use cases ikke oplyst'}"
            for area, use_cases in areas.items()
        )
    )
