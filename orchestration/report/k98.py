"""Potentialeanalyse K98: where the potential lies in all 98 municipalities, without naming any of them."""

from typing import Any

from orchestration.report import charts, danish, findings, k98_tables, tragt
from orchestration.report.document import (
    Block,
    Bullets,
    Chart,
    Column,
    Document,
    Paragraph,
    Section,
    Step,
    Steps,
    Table,
    Tile,
    Tiles,
    tabulate,
)
from orchestration.report.edition import SMALLEST_GROUP, Edition
from orchestration.report.indicators import Indicators
from orchestration.report.k98_tables import TOTALS
from orchestration.report.municipality import SystemNames

Row = dict[str, Any]


def build(edition: Edition, indicators: Indicators) -> Document:
    """The general report of all municipalities."""
    total = _total(edition, edition.month)
    before = _total(edition, edition.before) if edition.before else {}
    since = danish.month(edition.before) if edition.before else "kvartalet før"
    return Document(
        title="Potentialeanalyse K98",
        subtitle=f"{danish.quarter(edition.month)} · tal til og med {danish.day(edition.month_end)}",
        audience="Alle kommuner, leverandører og KOMBIT",
        headline=findings.realised("De 98 kommuner tilsammen", total.get("realiseret", 0), total.get("mulige", 0)),
        front=(
            _tiles(edition, total, before, since),
            Paragraph(_what_is_left(total)),
            Paragraph(f"Hvad har flyttet sig siden {since}?", "heading"),
            Bullets(tuple(_moves(edition, total, before, since))),
            Paragraph("Her er der mest at hente", "heading"),
            Steps(tuple(_largest(edition))),
            _curve(edition),
        ),
        sections=(
            Section("Kommunerne sammenlignet", tuple(_benchmark(indicators)), new_page=True),
            Section("Fra forpligtelse til stabil brug", tuple(tragt.of_all(edition))),
            Section("Potentialet pr. ydelsesområde", (k98_tables.by_area(edition),)),
            Section("Potentialet pr. snitflade", tuple(k98_tables.by_interface(edition))),
            Section("Potentialet pr. leverandør", (k98_tables.by_supplier(edition),)),
            Section("Potentialet pr. system", (k98_tables.by_system(edition),)),
            Section("Udbredelse af de enkelte services", (_least_spread(edition),)),
            Section("Flyttet siden sidste kvartal", (_shifts(edition, since),)),
        ),
        definitions=(
            *edition.define("kpi.kald_pr_borger_danmark", "kald_pr_borger"),
            *edition.define(
                "kpi.potentiale_k98", "mulige", "realiseret", "udbredelsespotentiale", "tilslutningspotentiale"
            ),
            *edition.define("kpi.potentiale_k98", "realiseringsgrad", "uudnyttede_kald"),
            *edition.define("kpi.tilslutning_hovedtal", "muligt_loft", "serviceaftaler_i_alt", "mulige_i_brug"),
            *edition.define("kpi.udbredelse", "udbredelsesgrad"),
        ),
        release=edition.release_id,
        data_through=danish.day(edition.month_end),
        notes=(
            f"Ingen kommune nævnes ved navn. »{danish.TOO_FEW}« står, hvor færre end {SMALLEST_GROUP} kommuner ligger"
            " bag, eller én står for over halvdelen.",
        ),
    )


def _total(edition: Edition, month: Any) -> Row:
    return edition.row("select * from kpi.potentiale_k98 where maaned = $dato", dato=month)


def _tiles(edition: Edition, total: Row, before: Row, since: str) -> Tiles:
    citizens = "select kald_pr_borger from kpi.kald_pr_borger_danmark where maaned = $dato"
    now = edition.row(citizens, dato=edition.month).get("kald_pr_borger")
    then = edition.row(citizens, dato=edition.before).get("kald_pr_borger") if edition.before else None
    figures = [
        ("realiseringsgrad", "realiseringsgrad"),
        ("udbredelsespotentiale", "udbredelse"),
        ("tilslutningspotentiale", "tilslutning"),
    ]
    tiles = [
        Tile(m.label, m.text(total.get(column)), (f"{since}: {m.text(before.get(column))}",), m.name)
        for name, column in figures
        for m in [edition.measure(name, "kpi.potentiale_k98")]
    ]
    calls = edition.measure("kald_pr_borger", "kpi.kald_pr_borger_danmark")
    return Tiles((*tiles, Tile(calls.label, calls.text(now), (f"{since}: {calls.text(then)}",), calls.name)))


def _what_is_left(total: Row) -> str:
    if not total:
        return "Ingen kommuner bruger efter registrene SKI-systemer med krav om snitflader."
    return (
        f"{danish.number(total['udbredelse'])} anvendelser er klar til at blive taget i brug, og"
        f" {danish.number(total['tilslutning'])} kræver, at leverandøren først tilslutter systemet."
        f" {danish.number(total['kan_ikke_maales'])} kan ikke måles: ingen er endnu set kalde snitfladen. Hvor mindst"
        f" {danish.count(SMALLEST_GROUP, 'kommune', 'kommuner')} bruger snitfladen, svarer det uudnyttede til"
        f" {danish.rounded(total['forventede_kald'])} kald på 12 måneder."
    )


def _moves(edition: Edition, total: Row, before: Row, since: str) -> list[str]:
    if not before or not total:
        return ["Der er ingen tal for kvartalet før, så intet kan sammenlignes endnu."]
    measure = edition.measure("realiseringsgrad", "kpi.potentiale_k98")
    return [
        f"Realiseringsgraden er {measure.text(total['realiseringsgrad'])}:"
        f" {findings.moved(total['realiseringsgrad'], before['realiseringsgrad'], since)}.",
        f"Anvendelser i brug: {danish.change(total['realiseret'] - before['realiseret'])}; mulige anvendelser:"
        f" {danish.change(total['mulige'] - before['mulige'])}.",
    ]


def _largest(edition: Edition) -> list[Step]:
    """The three systems and interfaces with most expected calls where they are not used yet."""
    names = SystemNames(edition)
    rows = edition.rows(
        f"""select p.it_system_uuid, p.it_system, p.snitflade, any_value(p.snitflade_navn) as snitflade_navn,
            any_value(l.navn) as leverandoer, {TOTALS}
        from kpi.potentiale as p
        inner join marts.dim_it_system as s on p.it_system = s.navn and p.it_system_uuid is not distinct from s.uuid
        inner join marts.dim_leverandoer as l on s.leverandoer_id = l.leverandoer_id
        where p.maaned = $maaned group by p.it_system_uuid, p.it_system, p.snitflade
        having forventede_kald > 0
        order by forventede_kald desc, p.it_system, p.snitflade limit 3"""
    )
    return [
        Step(
            f"{r['snitflade']} {r['snitflade_navn']} i {names(r)}",
            f"{r['realiseret']} af de {r['mulige']} kommuner, der bruger systemet, kalder snitfladen."
            f" Leverandør: {r['leverandoer']}.",
            f"{danish.rounded(r['forventede_kald'])} kald om året",
        )
        for r in rows
    ]


def _curve(edition: Edition) -> Chart:
    rows = edition.rows(
        "select maaned, realiseringsgrad from kpi.potentiale_k98 where maaned <= $maaned order by maaned"
    )
    picture = charts.trend(
        {"Realiseringsgrad": [(r["maaned"], 100 * r["realiseringsgrad"]) for r in rows[-13:]]}, "procent"
    )
    return Chart("Realiseringsgraden måned for måned", "Alle 98 kommuner, procent.", picture.svg, picture.alt)


_GROUPINGS = ("alle", "xyz_klasse", "region", "landsdel")


def _benchmark(indicators: Indicators) -> list[Block]:
    groups = sorted(indicators.groups("realiseringsgrad").items(), key=lambda g: (_GROUPINGS.index(g[0][0]), g[0][1]))
    rows = [
        (
            f"Størrelsesklasse {name.upper()}" if kind == "xyz_klasse" else name,
            (r["nedre_kvartil"], r["median"], r["oevre_kvartil"]),
            r["kommuner"],
        )
        for (kind, name), r in groups
    ]
    known = [(name, q) for name, q, _ in rows if None not in q]  # a small group's quarters would show its members
    picture = charts.spread([charts.Spread(name, None, q[0], q[1], q[2], None) for name, q in known], "")
    highest = max(((q[1], name) for name, q in known if not name.startswith("Alle")), default=None)
    title = f"{highest[1]} har den højeste median: {danish.percent(highest[0])}" if highest else "For få kommuner"
    return [
        Chart(
            title,
            "Realiseringsgrad. Gråt felt: den midterste halvdel af gruppens kommuner. Streg: medianen.",
            picture.svg,
            picture.alt,
        ),
        Table(
            "Realiseringsgraden i grupper af kommuner",
            (
                Column("Gruppe", 2),
                Column("Kommuner", right=True),
                Column("Nederste fjerdedel under", right=True),
                Column("Median", right=True),
                Column("Øverste fjerdedel over", right=True),
            ),
            tuple((name, danish.number(size), *(_share(v) for v in q)) for name, q, size in rows),
            note="Hvert tal er gennemsnittet af fem kommuner. Grupper, der ville vise en enkelt kommune, er udeladt.",
            name="grupper",
        ),
    ]


def _share(value: float | None) -> str:
    return danish.TOO_FEW if value is None else danish.percent(value, 1)


def _least_spread(edition: Edition) -> Table:
    names = SystemNames(edition)
    rows = edition.rows(
        """select * from kpi.udbredelse where maaned = $maaned and anvendere > 0 and udbredelsesgrad < 1
        order by udbredelsesgrad, anvendere desc, it_system, service, version limit 25"""
    )
    title = "Alle services kaldes i alle de kommuner, der bruger systemet"
    if rows:
        r = rows[0]
        service = f"{r['service']} {r['version'] or ''}".strip()
        title = (
            f"{names(r)} kalder kun {service} i {r['aktive']} af {danish.count(r['anvendere'], 'kommune', 'kommuner')}"
        )
    return tabulate(
        title,
        rows,
        (Column("System", 1.6), names),
        (Column("Service", 2.6), lambda r: f"{r['service']} {r['version'] or ''}".strip()),
        (Column("Snitflade", 0.9), lambda r: r["snitflade"]),
        (Column("Kommuner med kald", 1, right=True), lambda r: f"{r['aktive']} af {r['anvendere']}"),
        (Column("Udbredelsesgrad", 1, right=True), lambda r: danish.percent(r["udbredelsesgrad"], 1)),
        name="udbredelse",
        note="De 25 mindst udbredte.",
    )


def _shifts(edition: Edition, since: str) -> Table:
    rows = (
        []
        if edition.before is None
        else edition.rows(
            """with taalt as (
            select maaned, it_system_uuid, it_system, snitflade,
                count(*) filter (where status = 'realiseret') as aktive,
                count(*) as anvendere
            from kpi.potentiale where maaned in ($maaned, $foer) group by all
        )
        select nu.*, foer.aktive as aktive_foer from taalt as nu inner join taalt as foer
            on nu.it_system = foer.it_system and nu.it_system_uuid is not distinct from foer.it_system_uuid
            and nu.snitflade = foer.snitflade
        where nu.maaned = $maaned and foer.maaned = $foer and nu.aktive <> foer.aktive
        order by nu.aktive - foer.aktive desc, nu.it_system, nu.snitflade"""
        )
    )
    names = SystemNames(edition)
    return tabulate(
        f"{danish.counted(len(rows), 'snitflade', 'snitflader')} bruges af flere eller færre end i {since}",
        rows,
        (Column("System", 1.8), names),
        (Column("Snitflade", 1), lambda r: r["snitflade"]),
        (Column(f"Kommuner i {since}", 1.2, right=True), lambda r: danish.number(r["aktive_foer"])),
        (Column("Kommuner nu", 1, right=True), lambda r: f"{r['aktive']} af {r['anvendere']}"),
        (Column("Ændring", 0.8, right=True), lambda r: danish.change(r["aktive"] - r["aktive_foer"])),
        name="flyttet",
        empty=f"Intet har flyttet sig siden {since}.",
    )
