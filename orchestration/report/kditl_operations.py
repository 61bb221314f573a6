"""The part of KDI i tal that those who run the infrastructure ask for."""

from collections.abc import Callable
from typing import Any

from orchestration.report import charts, danish
from orchestration.report.document import Block, Chart, Column, Paragraph, Table, tabulate
from orchestration.report.edition import Edition

Row = dict[str, Any]
_UNKNOWN = "Støttesystemerne er ikke indlæst for perioden"


def changes(edition: Edition) -> Table:
    """Whom a change to a service hits; older versions first."""
    rows = edition.rows(
        """select * from kpi.service_konsekvens where maaned = $maaned
        order by kommuner desc, kald_12m desc, service, version"""
    )
    older = [r for r in rows if r["nyere_version"]]
    return tabulate(
        f"{danish.number(len(older))} services kaldes stadig i en ældre version",
        older + [r for r in rows if not r["nyere_version"]],
        (Column("Service", 2.8), lambda r: f"{r['service']} {r['version'] or ''}".strip()),
        (Column("Snitflade", 0.9), lambda r: r["snitflade"]),
        (Column("Systemer", 0.8, right=True), lambda r: danish.number(r["systemer"])),
        (Column("Leverandører", 1, right=True), lambda r: danish.number(r["leverandoerer"])),
        (Column("Kommuner", 0.9, right=True), lambda r: danish.number(r["kommuner"])),
        (Column("Kald på 12 mdr.", 1.1, right=True), lambda r: danish.number(r["kald_12m"])),
        (Column("Nyere version", 0.8), lambda r: r["nyere_version"] or ""),
        name="konsekvens",
    )


def suspicious(edition: Edition, names: Callable[[Row], str]) -> Table:
    """Calls that do not look like casework."""
    rows = edition.rows(
        """select * from kpi.afvigelser where type = 'mistaenkeligt_moenster' and fra <= $slut
            and til >= $maaned - interval 2 month order by observeret desc, kommune, it_system, service, fra""",
        slut=edition.month_end,
    )
    return tabulate(
        f"{danish.number(len(rows))} mistænkelige mønstre i de seneste tre måneder" if edition.has_hours else _UNKNOWN,
        rows,
        (Column("Fra", 0.8), lambda r: f"{r['fra']:%d-%m-%Y}"),
        (Column("Til", 0.8), lambda r: f"{r['til']:%d-%m-%Y}"),
        (Column("System", 1.2), names),
        (Column("Hvad der skete", 4), lambda r: r["forklaring"]),
        name="moenstre",
        empty="Der er ingen mistænkelige mønstre." if edition.has_hours else "Det vides ikke.",
    )


def outages(edition: Edition) -> Table:
    """Hours in which a service fell away."""
    rows = edition.rows(
        """select fra, any_value(timer) as timer, stoettesystem, service, version,
            any_value(kommuner_ramt) as kommuner,
            cast(sum(forventede_kald) as bigint) as forventet, cast(sum(observerede_kald) as bigint) as observeret
        from kpi.driftsforstyrrelse where fra < $slut + interval 1 day and fra >= $maaned - interval 11 month
        group by fra, stoettesystem, service, version order by fra desc, service, stoettesystem""",
        slut=edition.month_end,
    )
    worst = max(rows, key=lambda r: r["kommuner"], default=None)
    return tabulate(
        f"Flest kommuner, {worst['kommuner']}, blev ramt den {danish.day(worst['fra'])}"
        if worst
        else "Ingen driftsforstyrrelser på 12 måneder"
        if edition.has_hours
        else _UNKNOWN,
        rows,
        (Column("Begyndt", 1.4), lambda r: f"{r['fra']:%d-%m-%Y %H:%M}"),
        (Column("Timer", 0.6, right=True), lambda r: danish.number(r["timer"])),
        (Column("Støttesystem", 1.4), lambda r: r["stoettesystem"]),
        (Column("Service", 2.4), lambda r: f"{r['service']} {r['version'] or ''}".strip()),
        (Column("Kommuner ramt", 1, right=True), lambda r: danish.number(r["kommuner"])),
        (Column("Forventede kald", 1, right=True), lambda r: danish.number(r["forventet"])),
        (Column("Kald", 0.8, right=True), lambda r: danish.number(r["observeret"])),
        name="drift",
        empty="Der er ingen driftsforstyrrelser i de seneste 12 måneder." if edition.has_hours else "Det vides ikke.",
    )


def contracts(edition: Edition, names: Callable[[Row], str]) -> list[Block]:
    """Service agreements that are silent or were never used."""
    said = {"aktiv": "Aktiv", "stille": "Stille", "erstattet": "Afløst", "aldrig_brugt": "Aldrig brugt"}
    rows = edition.rows(
        """select status, count(*) as aftaler, count(distinct cvr) as myndigheder,
            count(distinct it_system_uuid) as systemer, max(maaneder_stille) as stille
        from kpi.serviceaftale_status group by status order by aftaler desc"""
    )
    silent = edition.rows(
        """select * from kpi.serviceaftale_status where status in ('stille', 'aldrig_brugt')
        order by maaneder_stille desc nulls first, myndighed collate da, it_system, serviceaftale_uuid"""
    )
    return [
        tabulate(
            f"{danish.number(len(silent))} serviceaftaler er stille eller aldrig brugt",
            rows,
            (Column("Status", 1.4, mark=True), lambda r: said[r["status"]]),
            (Column("Serviceaftaler", right=True), lambda r: danish.number(r["aftaler"])),
            (Column("Myndigheder", right=True), lambda r: danish.number(r["myndigheder"])),
            (Column("Systemer", right=True), lambda r: danish.number(r["systemer"])),
            (Column("Længst stille, måneder", 1.3, right=True), lambda r: danish.number(r["stille"])),
            name="aftaler",
            note="Set fra den nyeste måned, Serviceplatformen har leveret.",
        ),
        tabulate(
            "Dem skal der følges op på",
            silent,
            (Column("Myndighed", 1.6), lambda r: r["myndighed"]),
            (Column("System", 1.6), names),
            (Column("Leverandør", 1.5), lambda r: r["leverandoer"]),
            (Column("Seneste kald", 1.1), lambda r: danish.month(r["seneste_kald"]) if r["seneste_kald"] else "aldrig"),
            (Column("Måneder stille", 0.9, right=True), lambda r: danish.number(r["maaneder_stille"])),
            name="stille_aftaler",
            empty="Alle aftaler er i brug eller afløst.",
        ),
    ]


def busy_hours(edition: Edition) -> list[Block]:
    """The working days' calls by the hour."""
    rows = edition.rows(
        """select time_id, cast(sum(kald) as double) as kald, sum(kald) / sum(sum(kald)) over () as andel
        from kpi.timeprofil where maaned = $maaned and dagstype = 'arbejdsdag' group by time_id order by time_id"""
    )
    if not rows or not sum(r["kald"] for r in rows):
        return [Paragraph("Støttesystemerne har ingen kald i måneden.")]
    busiest = max(rows, key=lambda r: r["kald"])
    picture = charts.bars(
        [(f"kl. {r['time_id']}–{r['time_id'] + 1}", r["kald"], danish.percent(r["andel"], 1)) for r in rows],
        "arbejdsdagenes kald på Støttesystemerne",
    )
    return [
        Chart(
            f"Travlest er timen fra kl. {busiest['time_id']} med {danish.percent(busiest['andel'], 1)} af"
            " arbejdsdagens kald",
            "Støttesystemerne, månedens arbejdsdage.",
            picture.svg,
            picture.alt,
        )
    ]
