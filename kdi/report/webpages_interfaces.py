"""A page per interface, and the list of them: what it is worth, how far it is in use, and where others can follow."""

from collections.abc import Iterator
from typing import Any

from kdi.notation import danish
from kdi.report.directory import Directory
from kdi.report.document import Column, Paragraph, Table, tabulate
from kdi.report.edition import Edition
from kdi.report.municipality import SystemNames
from kdi.report.potentiale_parts import interface
from kdi.report.small_counts import few, rest
from kdi.report.web_blocks import STATES, Part, States
from kdi.report.webpages import Page
from kdi.report.webpages_systems import of_state

Row = dict[str, Any]
_WORTH = (("borger", "Borgeren"), ("sagsbehandler", "Sagsbehandleren"), ("it", "It"))


def pages(edition: Edition, directory: Directory) -> Iterator[Page]:
    """The list, then each."""
    sums = edition.rows("select * from kpi.potentiale_sum where maaned = $maaned and snitflade is not null")
    uses = {r["snitflade"]: r for r in sums if r["niveau"] == "snitflade"}
    systems = _grouped([r for r in sums if r["niveau"] == "it_system_snitflade"])
    services = _grouped(
        edition.rows(
            "select * from kpi.service_konsekvens where maaned = $maaned order by kald_12m desc, service, version"
        )
    )
    worth = {r["snitflade"]: r for r in edition.rows("select * from marts.vaerdi")}
    names = SystemNames(edition)
    yield _list(directory.interface_rows, uses)
    for row in directory.interface_rows:
        code = row["snitflade"]
        yield _page(
            edition, row, uses.get(code, {}), systems.get(code, []), services.get(code, []), worth.get(code, {}), names,
            directory.interface_pages[code],
        )  # fmt: skip


def _grouped(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["snitflade"], []).append(row)
    return found


def share(uses: Row) -> str:
    """How much of what can be measured is in use: counts below ten, else per cent."""
    measurable = _measurable(uses)
    if not measurable:
        return danish.UNMEASURABLE if uses else danish.MISSING
    if measurable < 10:
        return f"{of_state(uses, 'i_brug')} af {measurable}"
    return danish.percent(uses["realiseringsgrad"])


def _measurable(uses: Row) -> int:
    return of_state(uses, "mulige") - of_state(uses, "kan_ikke_maales")


def _list(rows: list[Row], uses: dict[str, Row]) -> Page:
    known = [r | {"brug": uses.get(r["snitflade"], {})} for r in rows]
    known.sort(key=lambda r: -of_state(r["brug"], "andre_i_gang"))
    first = next((r for r in known if of_state(r["brug"], "andre_i_gang")), None)
    lead = (
        f"Flest kan følge andre med {interface(first)}:"
        f" {danish.number(of_state(first['brug'], 'andre_i_gang'))} anvendelser."
        if first
        else "Ingen snitflade mangler hos nogen, mens andre bruger den."
    )
    table = tabulate(
        f"{danish.counted(len(known), 'snitflade', 'snitflader')} er krævet eller i brug",
        known,
        (Column("Snitflade", 3), interface),
        (Column("Andel i brug", 1, right=True), lambda r: share(r["brug"])),
        (Column("I brug", 1, right=True), lambda r: _count(r, "i_brug")),
        (Column("Andre er i gang", 1, right=True), lambda r: _count(r, "andre_i_gang")),
        (Column("Klarmeldt, men ubrugt", 1.1, right=True), lambda r: _count(r, "klarmeldt_ubrugt")),
        (Column("Ikke klar", 1, right=True), lambda r: _count(r, "ikke_klar")),
        note="Talt i anvendelser: én kommune, der bruger én krævet snitflade i ét system. – betyder, at ingen systemer"
        " i brug har den som krav.",
        empty="Ingen snitflader er krævet eller i brug.",
    )
    return Page("snitflader.html", "Snitflader", "snitflader.html", lead, (Part("", (table,)),))


def _count(row: Row, state: str) -> str:
    return danish.number(of_state(row["brug"], state)) if row["brug"] else danish.MISSING


def _page(
    edition: Edition, row: Row, uses: Row, systems: list[Row], services: list[Row], worth: Row, names: SystemNames,
    path: str,
) -> Page:  # fmt: skip
    said = tuple(Paragraph(f"{who} {worth[column]}.") for column, who in _WORTH if worth.get(column))
    states = (States(tuple((state, of_state(uses, state)) for state in STATES)),) if uses else ()
    parts = (
        Part("Hvad er den værd?", said),
        Part("Kommunernes brug", states),
        Part("Systemerne", (_by_system(systems, names),)),
        Part("Services bag den", (_services(services),)),
    )
    return Page(
        path,
        interface(row),
        "snitflader.html",
        _headline(uses),
        tuple(p for p in parts if p.blocks),
        definitions=edition.define("kpi.potentiale_k98", "mulige", "realiseret"),
        trail=(("snitflader.html", "Snitflader"),),
        kicker=interface(row),
    )


def _headline(uses: Row) -> str:
    if not uses:
        return "Ingen systemer i brug har snitfladen som krav."
    if not _measurable(uses):
        return "Brugen kan ikke måles: ingen i landet er set kalde snitfladen."
    used, follow = of_state(uses, "i_brug"), of_state(uses, "andre_i_gang")
    said = f"{danish.number(used)} af {danish.number(_measurable(uses))} målbare anvendelser er i brug."
    return f"{said} Yderligere {danish.number(follow)} er i gang i andre kommuner." if follow else said


def _by_system(systems: list[Row], names: SystemNames) -> Table:
    rows = sorted(systems, key=lambda r: (-r["andre_i_gang"], r["it_system"]))
    return tabulate(
        f"{danish.counted(len(rows), 'system', 'systemer')} skal have snitfladen",
        rows,
        (Column("System", 2), names),
        (Column("Mulige", right=True), lambda r: danish.number(r["kommuner"])),
        (
            Column("I brug", right=True),
            lambda r: danish.UNMEASURABLE if r["kan_ikke_maales"] else few(r["i_brug"]),
        ),
        (Column("Andre er i gang", right=True), lambda r: rest(r["andre_i_gang"], r["i_brug"])),
        (Column("Klarmeldt, men ubrugt", 1.1, right=True), lambda r: danish.number(r["klarmeldt_ubrugt"])),
        (Column("Ikke klar", right=True), lambda r: danish.number(r["ikke_klar"])),
        empty="Ingen systemer i brug har den som krav.",
    )


def _services(rows: list[Row]) -> Table:
    return tabulate(
        f"{danish.counted(len(rows), 'service', 'services')} med kald på 12 måneder",
        rows,
        (Column("Service", 2.4), lambda r: f"{r['service']} {r['version'] or ''}".strip()),
        (Column("Systemer", right=True), lambda r: danish.number(r["systemer"])),
        (Column("Leverandører", right=True), lambda r: danish.number(r["leverandoerer"])),
        (Column("Kommuner", right=True), lambda r: few(r["kommuner"])),
        (Column("Alle myndigheders kald på 12 mdr.", right=True), _public_calls),
        (Column("Nyere version"), lambda r: r["nyere_version"] or ""),
        empty="Ingen services bag snitfladen har kald.",
    )


def _public_calls(row: Row) -> str:
    return danish.number(row["kald_12m"]) if row["er_anonym"] else danish.TOO_FEW
