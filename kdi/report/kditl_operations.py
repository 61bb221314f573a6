"""The part of KDI i tal that those who run the infrastructure ask for."""

from collections.abc import Callable
from datetime import date
from typing import Any

from kdi.notation import danish
from kdi.notation.periods import months_before
from kdi.report import codes
from kdi.report.curves import curve
from kdi.report.document import Block, Column, Curves, Paragraph, Table, cut, tabulate
from kdi.report.edition import Edition
from kdi.report.potentiale_parts import interface

Row = dict[str, Any]
_PATTERNS = codes.words("kpi.afvigelser", "moenster")
_UNKNOWN = "Støttesystemerne er ikke indlæst for perioden"


def changes(edition: Edition) -> Table:
    """Whom a change to a service hits; older versions first."""
    rows = edition.rows(
        """select k.*, s.navn as snitflade_navn from kpi.service_konsekvens as k
        left join marts.dim_snitflade as s on k.snitflade = s.snitflade
        where k.maaned = $maaned order by k.kommuner desc, k.kald_12m desc, k.service, k.version"""
    )
    older = [r for r in rows if r["nyere_version"]]
    table = tabulate(
        f"{danish.number(len(older))} services kaldes stadig i en ældre version",
        older,
        (Column("Service", 2.2), lambda r: f"{r['service']} {r['version'] or ''}".strip()),
        (Column("Snitflade", 1.8), interface),
        (Column("Systemer", 0.8, right=True), lambda r: danish.number(r["systemer"])),
        (Column("Leverandører", 1, right=True), lambda r: danish.number(r["leverandoerer"])),
        (Column("Kommuner", 0.9, right=True), lambda r: danish.number(r["kommuner"])),
        (Column("Alle myndigheders kald på 12 mdr.", 1.4, right=True), lambda r: danish.number(r["kald_12m"])),
        (Column("Nyere version", 0.8), lambda r: r["nyere_version"]),
        name="konsekvens",
        empty="Ingen services kaldes i en ældre version.",
    )
    return cut(table, 20)


def patterns(edition: Edition, month: date) -> int:
    """How many patterns that do not look like casework there are in the three months that end with a month."""
    rows = edition.rows(
        """select 1 from kpi.afvigelser
        where type = 'mistaenkeligt_moenster' and fra < $efter and til >= $foerste""",
        foerste=months_before(month, 2),
        efter=months_before(month, -1),
    )
    return len(rows)


def suspicious(edition: Edition, names: Callable[[Row], str]) -> Table:
    """Calls that do not look like casework, in the three months that end with the edition's; the largest first."""
    rows = edition.rows(
        """select * from kpi.afvigelser
        where type = 'mistaenkeligt_moenster' and fra <= $slut and til >= $kvartalets_foerste
        order by observeret desc, kommune, it_system, service, fra"""
    )
    table = tabulate(
        f"{danish.number(len(rows))} mistænkelige mønstre i de seneste tre måneder" if edition.has_hours else _UNKNOWN,
        rows,
        (Column("Fra", 0.8), lambda r: f"{r['fra']:%d.%m.%Y}"),
        (Column("Til", 0.8), lambda r: f"{r['til']:%d.%m.%Y}"),
        (Column("Myndighed", 1.2), lambda r: r["kommune"]),
        (Column("System", 1.3), names),
        (Column("Service", 2), lambda r: f"{r['service']} {r['version'] or ''}".strip()),
        (Column("Mønster", 1), lambda r: _PATTERNS.get(r["moenster"], r["moenster"])),
        (Column("Kald", 0.8, right=True), lambda r: danish.number(r["observeret"])),
        name="moenstre",
        empty="Der er ingen mistænkelige mønstre." if edition.has_hours else "Det vides ikke.",
    )
    return cut(table, 30)


def outages(edition: Edition) -> Table:
    """Hours in which a service fell away."""
    rows = edition.rows(
        """select * from kpi.driftsforstyrrelse_sum where cast(fra as date) between $aarets_foerste and $slut
        order by fra desc, service, stoettesystem"""
    )
    worst = max(rows, key=lambda r: r["kommuner_ramt"], default=None)
    table = tabulate(
        f"Flest kommuner, {worst['kommuner_ramt']}, blev ramt den {danish.day(worst['fra'])}"
        if worst
        else "Ingen driftsforstyrrelser på 12 måneder"
        if edition.has_hours
        else _UNKNOWN,
        rows,
        (Column("Begyndt", 1.4), lambda r: f"{r['fra']:%d-%m-%Y %H:%M}"),
        (Column("Timer", 0.6, right=True), lambda r: danish.number(r["timer"])),
        (Column("Støttesystem", 1.4), lambda r: r["stoettesystem"]),
        (Column("Service", 2.4), lambda r: f"{r['service']} {r['version'] or ''}".strip()),
        (Column("Kommuner ramt", 1, right=True), lambda r: danish.number(r["kommuner_ramt"])),
        (Column("Alle myndigheders kald, ventet", 1.2, right=True), lambda r: danish.number(r["forventede_kald"])),
        (Column("Alle myndigheders kald", 1.1, right=True), lambda r: danish.number(r["observerede_kald"])),
        name="drift",
        empty="Der er ingen driftsforstyrrelser i de seneste 12 måneder." if edition.has_hours else "Det vides ikke.",
    )
    return cut(table, 15)


def contracts(edition: Edition) -> list[Table]:
    """Service agreements that are silent or were never used."""
    said = codes.labels("kpi.serviceaftale_sum", "status")
    rows = edition.rows("select * from kpi.serviceaftale_sum where niveau = 'alle' order by aftaler desc, status")
    by_supplier = edition.rows(
        "select * from kpi.serviceaftale_sum where niveau = 'leverandoer' order by aftaler desc, leverandoer"
    )
    silent = edition.row("select * from kpi.serviceaftale_sum where niveau = 'opfoelgning'").get("aftaler", 0)
    return [
        tabulate(
            f"{danish.number(silent)} serviceaftaler er stille eller aldrig brugt",
            rows,
            (Column("Status", 1.4, mark=True), lambda r: said[r["status"]]),
            (Column("Serviceaftaler", right=True), lambda r: danish.number(r["aftaler"])),
            (Column("Myndigheder", right=True), lambda r: danish.number(r["myndigheder"])),
            (Column("Systemer", right=True), lambda r: danish.number(r["systemer"])),
            (Column("Længst stille, måneder", 1.3, right=True), lambda r: danish.number(r["maaneder_stille"])),
            name="aftaler",
            note="Set fra den nyeste måned, Serviceplatformen har leveret.",
        ),
        cut(
            tabulate(
                "Dem skal der følges op på, efter leverandør",
                by_supplier,
                (Column("Leverandør", 2), lambda r: r["leverandoer"]),
                (Column("Stille eller aldrig brugt", 1.2, right=True), lambda r: danish.number(r["aftaler"])),
                (Column("Systemer", right=True), lambda r: danish.number(r["systemer"])),
                (Column("Myndigheder", right=True), lambda r: danish.number(r["myndigheder"])),
                (Column("Længst stille, måneder", 1.2, right=True), lambda r: danish.number(r["maaneder_stille"])),
                name="stille_aftaler",
                empty="Alle aftaler er i brug eller afløst.",
            ),
            15,
        ),
    ]


def load(edition: Edition) -> list[Block]:
    """Robust enough? Growth, the busiest hour against the mean, and the curve of both."""
    rows = edition.rows("select * from kpi.belastning where maaned <= $maaned order by maaned")[-24:]
    now = rows[-1] if rows and rows[-1]["maaned"] == edition.month else None
    if now is None:
        return [Paragraph("Der er ingen kald i måneden.")]
    peaks = [(r["maaned"], r["gange_middeltimen"]) for r in rows]
    table = tabulate(
        _answer(now),
        [now],
        (Column("Alle myndigheders kald", 1.2, right=True), lambda r: danish.number(r["kald"])),
        (Column("Samme måned året før", 1.2, right=True), lambda r: danish.number(r["kald_aar_foer"])),
        (Column("Travleste time", 1.4), _busiest),
        (Column("Kald i den", right=True), lambda r: danish.number(r["travleste_kald"])),
        (Column("Gange middeltimen", right=True), lambda r: danish.number(r["gange_middeltimen"], 1)),
        (Column("Året før", right=True), lambda r: danish.number(r["gange_middeltimen_aar_foer"], 1)),
        name="belastning",
    )
    calls = [(r["maaned"], float(r["kald"])) for r in rows]
    return [
        table,
        Curves(
            (
                curve("Kald i måneden", "alle myndigheder, begge platforme", calls, danish.rounded),
                curve("Travleste time", "gange middeltimen, Støttesystemerne", peaks, lambda v: danish.number(v, 1)),
            )
        ),
    ]


def _answer(now: Row) -> str:
    grown = now["udvikling_aar_pct"]
    if grown is None:
        said = "Alle myndigheders kald kan ikke sammenlignes med samme måned året før endnu"
    elif round(grown) == 0:
        said = "Alle myndigheders kald er uændret på et år"
    else:
        way = "steget" if grown > 0 else "faldet"
        said = f"Alle myndigheders kald er {way} {danish.number(abs(grown))}\u00a0% på et år"
    if now["gange_middeltimen"] is None:
        return f"{said}; timerne er ikke indlæst"
    return f"{said}; travleste time er {danish.number(now['gange_middeltimen'], 1)} gange middeltimen"


def _busiest(row: Row) -> str:
    if row["travleste_dag"] is None:
        return danish.MISSING
    return f"{danish.day(row['travleste_dag'])} kl. {row['travleste_time']}–{row['travleste_time'] + 1}"
