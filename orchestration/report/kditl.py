"""KDI i tal, the master report of the month: KOMBIT's own questions, each with its answer and the rows behind it."""

from collections.abc import Callable
from typing import Any

from orchestration.report import charts, danish, findings, kditl_operations, tragt
from orchestration.report.document import (
    Bullets,
    Chart,
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
from orchestration.report.municipality import SystemNames
from orchestration.report.tilslutning import VERDICTS

Row = dict[str, Any]
_UNKNOWN = "Kilden er ikke indlæst for perioden, så det vides ikke."


def build(edition: Edition) -> Document:
    """The master report, for KOMBIT."""
    names = SystemNames(edition)
    citizen = edition.rows("select * from kpi.kald_pr_borger_danmark where maaned <= $maaned order by maaned")
    now, year_before = citizen[-1], citizen[-13] if len(citizen) > 12 else {}
    sections = (
        Section(
            "Hvor mange af SKI-systemerne anvender infrastrukturen?", (_ski_systems(edition, names),), new_page=True
        ),
        Section("Er klarmeldingerne reelle?", (_verdicts(edition), _unconfirmed(edition))),
        Section("Hvor langt er tilslutningen?", tuple(tragt.of_all(edition))),
        Section("Hvor er der lavet bevidste fravalg?", (tragt.declined(edition), _deselected(edition, names))),
        Section("Anvendes snitfladerne som forventet?", (_expected(edition),)),
        Section("Hvem rammer en ændring?", (kditl_operations.changes(edition),)),
        Section("Sker der uhensigtsmæssig anvendelse?", (kditl_operations.suspicious(edition, names),)),
        Section("Hvordan påvirker driftsforstyrrelser kommunerne?", (kditl_operations.outages(edition),)),
        Section("Er der styr på serviceaftalerne?", tuple(kditl_operations.contracts(edition, names))),
        Section("Er infrastrukturen robust nok?", tuple(kditl_operations.load(edition))),
        Section("Hvilke KLE-numre burde have sager?", (_subjects(edition),)),
    )
    # each answer is the finding that stands first under its question
    answers = [f"{q.title} {b.title}." for q in sections for b in q.blocks[:1] if isinstance(b, Table | Chart)]
    return Document(
        title="KDI i tal: masterrapport",
        subtitle=f"{danish.month(edition.month).capitalize()}",
        product="KDI i tal: masterrapport",
        period=danish.month(edition.month),
        audience="KOMBIT",
        headline=findings.per_citizen(
            now["kald_pr_borger"], danish.month(edition.month), year_before.get("kald_pr_borger")
        ),
        front=(_tiles(edition, now), _growth(citizen), Paragraph("Månedens svar", "heading"), Bullets(tuple(answers))),
        sections=sections,
        definitions=(
            *edition.define("kpi.kald_pr_borger_danmark", "kald", "kald_pr_borger", "kald_pr_borger_12m"),
            *edition.define(
                "kpi.klarmelding_reel", "klarmeldinger_bekraeftet", "klarmeldt_uden_kald", "kald_uden_klarmelding"
            ),
            *edition.define("kpi.service_konsekvens", "kommuner_paa_servicen"),
            *edition.define("kpi.serviceaftale_status", "serviceaftaler_stille"),
            *edition.define("kpi.kle_huller", "kle_huller"),
            *edition.define("kpi.afvigelser", "afvigelser"),
            *edition.define("kpi.belastning", "belastning_udvikling", "gange_middeltimen"),
        ),
        release=edition.release_id,
        data_through=danish.day(edition.month_end),
    )


def _tiles(edition: Edition, now: Row) -> Tiles:
    table = "kpi.kald_pr_borger_danmark"
    figures = [(n, now[n]) for n in ("kald_pr_borger", "kald_pr_borger_12m", "kald")]
    return Tiles(tuple(Tile(m.label, m.text(v), (), n) for n, v in figures for m in [edition.measure(n, table)]))


def _growth(citizen: list[Row]) -> Chart:
    picture = charts.trend(
        {"Kald pr. borger": [(r["maaned"], r["kald_pr_borger"]) for r in citizen[-13:]]}, "kald pr. borger"
    )
    most = max(citizen[-13:], key=lambda r: r["kald_pr_borger"] or 0)
    return Chart(
        f"Flest kald pr. borger i {danish.month(most['maaned'])}: {danish.number(most['kald_pr_borger'], 1)}",
        "Kommunernes kald på begge platforme, måned for måned.",
        picture.svg,
        picture.alt,
    )


def _ski_systems(edition: Edition, names: Callable[[Row], str]) -> Table:
    rows = edition.rows(
        """select s.navn as it_system, s.uuid as it_system_uuid, l.navn as leverandoer, s.it_system_id,
            cast(coalesce(sum(k.antal_kald), 0) as bigint) as kald,
            count(distinct k.myndighed_id) filter (where k.antal_kald > 0 and m.type = 'kommune') as kommuner
        from marts.dim_it_system as s
        inner join marts.dim_leverandoer as l on s.leverandoer_id = l.leverandoer_id
        left join marts.fct_kald_maaned as k on s.it_system_id = k.it_system_id
            and k.maaned <= $maaned and k.maaned > $maaned - interval 12 month
        left join marts.dim_myndighed as m on k.myndighed_id = m.myndighed_id
        where s.er_ski_system group by s.navn, s.uuid, l.navn, s.it_system_id
        order by kald desc, s.navn collate da, s.uuid"""
    )
    used = sum(r["kald"] > 0 for r in rows)
    table = tabulate(
        f"{used} af {len(rows)} SKI-systemer har kald på 12 måneder" if rows else "SKI’s liste er ikke indlæst",
        rows,
        (Column("System", 2), names),
        (Column("Leverandør", 1.6), lambda r: r["leverandoer"]),
        (Column("Alle myndigheders kald på 12 mdr.", 1.3, right=True), lambda r: danish.number(r["kald"])),
        (Column("Kommuner med kald", 1, right=True), lambda r: danish.number(r["kommuner"])),
        name="ski_systemer",
    )
    return cut(table, 30)


def _verdicts(edition: Edition) -> Table:
    rows = edition.rows(
        """select vurdering, count(*) as antal, count(distinct coalesce(it_system_uuid, it_system)) as systemer,
            cast(sum(kald_12m) as bigint) as kald from kpi.klarmelding_reel where maaned = $maaned
        group by vurdering order by vurdering"""
    )
    share = edition.measure("klarmeldinger_bekraeftet", "kpi.klarmelding_reel")
    value = edition.row(f"select {share.formula} as tal from kpi.klarmelding_reel where maaned = $maaned").get("tal")
    return tabulate(
        f"{share.text(value)} af klarmeldingerne bekræftes af kald" if rows else "Der er ingen klarmeldinger",
        rows,
        (Column("Kaldene siger", 2, mark=True), lambda r: VERDICTS[r["vurdering"]]),
        (Column("System og snitflade", right=True), lambda r: danish.number(r["antal"])),
        (Column("Systemer", right=True), lambda r: danish.number(r["systemer"])),
        (Column("Kald på 12 mdr.", right=True), lambda r: danish.number(r["kald"])),
        name="vurderinger",
    )


def _unconfirmed(edition: Edition) -> Table:
    """Declarations without calls by supplier, the most first."""
    rows = edition.rows(
        """select leverandoer, count(*) as antal, count(distinct coalesce(it_system_uuid, it_system)) as systemer,
            list(distinct snitflade order by snitflade) as snitflader
        from kpi.klarmelding_reel where maaned = $maaned and vurdering = 'klarmeldt_uden_kald'
        group by leverandoer order by antal desc, leverandoer"""
    )
    table = tabulate(
        f"{danish.number(sum(r['antal'] for r in rows))} klarmeldinger har ingen kald",
        rows,
        (Column("Leverandør", 1.6), lambda r: r["leverandoer"]),
        (Column("Klarmeldinger", right=True), lambda r: danish.number(r["antal"])),
        (Column("Systemer", right=True), lambda r: danish.number(r["systemer"])),
        (Column("Snitflader", 3.4), lambda r: _some(r["snitflader"])),
        name="klarmeldt_uden_kald",
        empty="Alle klarmeldinger bekræftes af kald.",
    )
    return cut(table, 15)


def _some(names: list[str]) -> str:
    return ", ".join(names[:6]) + (f" og {len(names) - 6} andre" if len(names) > 6 else "")


def _deselected(edition: Edition, names: Callable[[Row], str]) -> Table:
    rows = edition.rows(
        """select * from kpi.klarmelding_reel where maaned = $maaned and krav = 'obligatorisk'
            and klarmelding in ('Nej', 'Irrelevant') and kald_12m = 0
        order by it_system collate da, it_system_uuid, snitflade"""
    )
    table = tabulate(
        f"{danish.number(len(rows))} krævede snitflader er meldt fra og kaldes ikke",
        rows,
        (Column("System", 1.6), names),
        (Column("Leverandør", 1.4), lambda r: r["leverandoer"]),
        (Column("Snitflade", 2.8), _interface),
        (Column("Meldt", 1, mark=True), lambda r: danish.NOT_RELEVANT if r["klarmelding"] == "Irrelevant" else "Nej"),
        name="fravalg",
        empty="Ingen krævede snitflader er meldt fra.",
    )
    return cut(table, 20)


def _interface(row: Row) -> str:
    number, name = row["snitflade"], row.get("snitflade_navn")
    return str(number) if not name or name == number else f"{number} {name}"


def _least_used(row: Row | None) -> str:
    if row is None:
        return "Ingen krævede snitflader er i brug"
    if row["realiseret"] == row["mulige"] - row["kan_ikke_maales"]:
        return "Alle krævede snitflader, der er i brug, er fuldt udbredt"
    return f"{row['snitflade']} er mindst udbredt af dem i brug: {_realised(row)}"


def _expected(edition: Edition) -> Table:
    rows = edition.rows(
        """select snitflade, any_value(snitflade_navn) as snitflade_navn, count(*) as mulige,
            count(*) filter (where status = 'kan_ikke_maales') as kan_ikke_maales,
            count(*) filter (where status = 'realiseret') as realiseret, cast(sum(kald_12m) as bigint) as kald,
            sum(forventede_kald) filter (where status <> 'realiseret' and er_anonym) as mangler
        from kpi.potentiale where maaned = $maaned group by snitflade order by mulige desc, snitflade"""
    )
    lowest = min((r for r in rows if r["realiseret"]), key=lambda r: r["realiseret"] / r["mulige"], default=None)
    table = tabulate(
        _least_used(lowest),
        rows,
        (Column("Snitflade", 2.8), _interface),
        (Column("Mulige", 0.8, right=True), lambda r: danish.number(r["mulige"])),
        (Column("I brug", 0.8, right=True), lambda r: danish.number(r["realiseret"])),
        (Column("Kan ikke måles", 0.9, right=True), lambda r: danish.number(r["kan_ikke_maales"])),
        (Column("Realiseret", 0.9, right=True), _realised),
        (Column("Kommunernes kald på 12 mdr.", 1.2, right=True), lambda r: danish.number(r["kald"])),
        (Column("Ventede kald i resten", 1.2, right=True), lambda r: danish.rounded(r["mangler"])),
        name="forventet",
    )
    return cut(table, 25)


def _subjects(edition: Edition) -> Table:
    rows = edition.rows(
        """select kle_nummer, any_value(emne) as emne, any_value(hovedgruppe_titel) as gruppe, count(*) as kommuner
        from kpi.kle_huller where udtraeksdato = $udtraek group by kle_nummer order by kommuner desc, kle_nummer"""
    )
    table = tabulate(
        f"{rows[0]['emne']} mangler sager i flest kommuner: {rows[0]['kommuner']}"
        if rows
        else "Ingen emner mangler sager",
        rows,
        (Column("KLE-nummer", 0.9), lambda r: r["kle_nummer"]),
        (Column("Emne", 3.2), lambda r: r["emne"] or danish.MISSING),
        (Column("Hovedgruppe", 2.4), lambda r: r["gruppe"] or danish.MISSING),
        (Column("Kommuner uden sager", 1, right=True), lambda r: danish.number(r["kommuner"])),
        name="kle",
        empty="Ingen kommuner mangler sager på almindelige emner." if edition.extract else _UNKNOWN,
    )
    return cut(table, 15)


def _realised(row: Row) -> str:
    """The share in use of what can be measured."""
    possible = row["mulige"] - row["kan_ikke_maales"]
    return danish.percent(row["realiseret"] / possible, 1) if possible else danish.MISSING
