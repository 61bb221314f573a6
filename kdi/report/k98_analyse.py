"""Potentialeanalyse K98: where the potential lies in all 98 municipalities, without naming any of them.

Sums have only terms that may be shown; what fewer than five municipalities do is told as that.
"""

from typing import Any

from kdi.notation import danish
from kdi.report import lists, tragt
from kdi.report.analyse import STATES
from kdi.report.analyse_sider import CODES, WORDS
from kdi.report.curves import curve
from kdi.report.document import (
    Block,
    Bullets,
    Column,
    Curves,
    Document,
    Paragraph,
    Section,
    Stacks,
    State,
    States,
    Step,
    Steps,
    Table,
    cut,
    tabulate,
)
from kdi.report.edition import SMALLEST_GROUP, Edition
from kdi.report.municipality import SystemNames, states_of
from kdi.report.potentiale_parts import interface
from kdi.report.small_counts import few_of

Row = dict[str, Any]


def build(edition: Edition) -> Document:
    """The general report of all municipalities."""
    total = _total(edition, edition.month)
    sections = (
        Section("Går det frem?", (curves(edition), _middles(edition, "region", "landsdel")), new_page=True),
        Section("Hvor langt er tilslutningen?", tuple(tragt.of_all(edition))),
        Section(*_interfaces(edition)),
        Section(*_suppliers(edition)),
        Section("Hvorfor kun få?", (_few(edition),)),
        Section("Hvilke sager mangler?", (_subjects(edition),)),
        Section("Bruger enhederne SAPA?", (_sapa(edition),)),
        Section("Hvor gammel er gælden?", (_debt(edition),)),
        Section("Hvad har flyttet sig?", (_moved(edition),)),
    )
    return Document(
        title="Potentialeanalyse K98",
        subtitle=f"{danish.quarter(edition.month)} · tal til og med {danish.day(edition.month_end)}",
        product="Potentialeanalyse K98",
        period=danish.quarter(edition.month),
        audience="De 98 kommuner under ét",
        headline=_headline(edition, total),
        lead="En anvendelse er ét it-system i én kommune, der bruger én krævet snitflade. Ingen kommune nævnes.",
        front=(*_states(total), _middles(edition, "alle", "xyz_klasse"), *_demands(edition), *_largest(edition)),
        sections=sections,
        definitions=(
            *edition.define("kpi.potentiale_k98", "mulige", "realiseret", "realiseringsgrad"),
            *edition.define("kpi.tilslutning_hovedtal", "muligt_loft", "serviceaftaler_i_alt", "mulige_i_brug"),
            *edition.define("kpi.kald_pr_borger_danmark", "kald_pr_borger"),
        ),
        release=edition.release_id,
        data_through=danish.day(edition.month_end),
        sources=_sources(edition),
        notes=(
            f"Ingen kommune nævnes ved navn. »færre end {SMALLEST_GROUP}« og »{danish.TOO_FEW}« står, hvor færre end"
            f" {SMALLEST_GROUP} kommuner ligger bag, eller én står for over halvdelen.",
            *edition.too_young,
        ),
    )


def _total(edition: Edition, month: Any) -> Row:
    return edition.row("select * from kpi.potentiale_k98 where maaned = $dato", dato=month)


def _headline(edition: Edition, total: Row) -> str:
    if not total:
        return "Vi har ingen data om mulige anvendelser."
    share = round(100 * total["realiseringsgrad"], 1)
    earlier, since = edition.compared
    before = _total(edition, earlier) if earlier else {}
    said = f"{danish.number(share, 1)}\u00a0% af det målbare er i brug"
    if not before or before["realiseringsgrad"] is None:
        return f"{said}."
    points = share - round(100 * before["realiseringsgrad"], 1)
    if abs(points) < 0.05:
        return f"{said}, det samme som for {since} siden."
    more = "mere" if points > 0 else "mindre"
    return f"{said}, {danish.number(abs(points), 1)} procentpoint {more} end for {since} siden."


def _states(total: Row) -> list[Block]:
    if not total:
        return []
    counts = states_of(total)
    note = f"{danish.number(total['kan_ikke_maales'])} andre kan ikke måles og er ikke talt med"
    return [
        States(
            f"{danish.number(total['mangler'])} anvendelser mangler",
            note,
            tuple(State(code, counts[code], *words) for code, words in STATES.items()),
        )
    ]


def _demands(edition: Edition) -> list[Block]:
    """The demands that most municipalities share: not ready anywhere, though many have the system."""
    rows = edition.rows(
        """select * from kpi.potentiale_sum
        where maaned = $maaned and niveau = 'it_system_snitflade' and ikke_klar > 0 and er_anonym
        order by kommuner desc, it_system, snitflade limit 3"""
    )
    if not rows:
        return []
    values = {r["snitflade"]: r for r in edition.rows("select * from marts.vaerdi")}
    names = SystemNames(edition)
    return [
        Paragraph("De krav, flest kommuner kan stille sammen", "heading"),
        Steps(
            tuple(
                Step(
                    f"{interface(r)} i {names(r)}",
                    f"{danish.number(r['kommuner'])} kommuner har systemet, og ingen bruger snitfladen."
                    f" Leverandøren har meldt: {(r['klarmelding'] or 'ikke oplyst').lower()}.",
                    "kan ikke beregnes, før nogen er i gang",
                    f"KOMBIT og kommunerne, over for {r['leverandoer']}",
                    _gets(values.get(r["snitflade"], {})),
                )
                for r in rows
            )
        ),
    ]


def _gets(value: Row) -> tuple[tuple[str, str], ...]:
    whom = (("Borgeren", "borger"), ("Sagsbehandleren", "sagsbehandler"), ("It", "it"))
    return tuple((name, value[column]) for name, column in whom if value.get(column))


def _largest(edition: Edition) -> list[Block]:
    names = SystemNames(edition)
    rows = edition.rows(
        """select * from kpi.potentiale_sum
        where maaned = $maaned and niveau = 'it_system_snitflade' and andre_i_gang > 0 and brug_er_anonym
            and forventede_kald is not null
        order by forventede_kald desc, it_system, snitflade limit 3"""
    )
    if not rows:
        return []
    return [
        Paragraph("Andre er i gang: her mangler flest ventede kald", "heading"),
        Bullets(
            tuple(
                f"{interface(r)} i {names(r)}: {r['kommuner_i_brug']} af {r['kommuner']} kommuner"
                f" bruger den; ca. {danish.rounded(r['forventede_kald'])} kald om året, hvis resten gør som de andre."
                for r in rows
            )
        ),
    ]


def curves(edition: Edition) -> Curves:
    """The share in use and the calls of the country, two years back."""
    rows = edition.rows("select * from kpi.potentiale_k98 where maaned <= $maaned order by maaned")[-24:]
    calls = edition.rows("select * from kpi.kald_pr_borger_danmark where maaned <= $maaned order by maaned")[-24:]
    shares, younger = edition.like_now([(r["maaned"], r["realiseringsgrad"]) for r in rows])
    per_citizen = [(r["maaned"], r["kald_pr_borger"]) for r in calls]
    measure = edition.measure("kald_pr_borger", "kpi.kald_pr_borger_danmark")
    return Curves(
        (
            curve("Andel i brug", f"af det, der kan måles{younger}", shares, lambda v: danish.percent(v, 1)),
            curve("Kald pr. borger", "i måneden, kommunernes kald", per_citizen, measure.text),
        )
    )


def _middles(edition: Edition, *groupings: str) -> Table:
    rows = edition.rows(
        """select * from kpi.benchmark_fordeling
        where maal = 'realiseringsgrad' and dato = $maaned and list_contains($slags, gruppering)
        order by list_position($slags, gruppering), gruppe""",
        slags=list(groupings),
    )
    return tabulate(
        "Andelen i brug i landsdelene" if "region" in groupings else "Kommunernes andel i brug",
        rows,
        (
            Column("Gruppe", 2),
            lambda r: f"Størrelse {r['gruppe'].upper()}" if r["gruppering"] == "xyz_klasse" else r["gruppe"],
        ),
        (Column("Kommuner", right=True), lambda r: danish.number(r["kommuner"])),
        (Column("Nederste fjerdedel under", right=True), lambda r: _share(r["nedre_kvartil"])),
        (Column("Midten", right=True), lambda r: _share(r["median"])),
        (Column("Øverste fjerdedel over", right=True), lambda r: _share(r["oevre_kvartil"])),
        name="grupper" if "region" in groupings else "stoerrelser",
        note="Hvert tal er gennemsnittet af fem kommuner. Grupper, der ville vise en enkelt kommune, er udeladt.",
    )


def _share(value: float | None) -> str:
    return danish.TOO_FEW if value is None else danish.percent(value, 1)


def _interfaces(edition: Edition) -> tuple[str, tuple[Block, ...]]:
    rows = edition.rows(
        """select * from kpi.potentiale_sum where maaned = $maaned and niveau = 'snitflade'
        order by andre_i_gang desc, klarmeldt_ubrugt desc, snitflade"""
    )
    rows = [r | {"navn": interface(r)} for r in rows]
    title = "Hvilke snitflader mangler?"
    if rows and rows[0]["andre_i_gang"]:
        title = f"Hvilke snitflader mangler? Mest i gang: {rows[0]['navn']}"
    return title, (stacks(rows, 20, "Snitflade", "snitflader"),)


def _suppliers(edition: Edition) -> tuple[str, tuple[Block, ...]]:
    rows = edition.rows(
        """select *, leverandoer as navn from kpi.potentiale_sum
        where maaned = $maaned and niveau = 'leverandoer'
        order by andre_i_gang + klarmeldt_ubrugt + ikke_klar desc, leverandoer"""
    )
    title = "Hvem skal der tales med?"
    if len(rows) > 3:
        total = _total(edition, edition.month)
        three = f"{danish.number(total['mangler_hos_tre'])} af {danish.number(total['mangler'])}"
        title = f"Hvem skal der tales med? {three} ligger hos tre leverandører"
    return title, (stacks(rows, 15, "Leverandør", "leverandører"),)


def stacks(rows: list[Row], most: int, what: str, many: str) -> Stacks:
    """Rows with the five states as bars; the first of them."""
    left = f"Vist: {most} af {len(rows)} {many}." if len(rows) > most else ""
    return Stacks(
        "",
        what,
        tuple(
            (
                r["navn"],
                tuple(r[c] for c in CODES),
                danish.number(r["andre_i_gang"] + r["klarmeldt_ubrugt"] + r["ikke_klar"]),
            )
            for r in rows[:most]
        ),
        CODES,
        WORDS,
        "Mangler",
        left,
    )


def _few(edition: Edition) -> Table:
    """Services that few of a system's municipalities call: one to four are told as fewer than five."""
    names = SystemNames(edition)
    rows = edition.rows(
        """select u.*, s.navn as snitflade_navn from kpi.udbredelse as u
        left join marts.dim_snitflade as s on u.snitflade = s.snitflade
        where u.maaned = $maaned and u.kun_faa
        order by u.anvendere desc, u.udbredelsesgrad, u.it_system, u.service, u.version"""
    )
    rows.sort(key=lambda r: r["aktive"] >= SMALLEST_GROUP)
    title = "Ingen services kaldes kun af få"
    if rows:
        first = rows[0]
        title = f"{_service(first)} kaldes i {few_of(first['aktive'], first['anvendere'])} kommuner med {names(first)}"
    table = tabulate(
        title,
        rows,
        (Column("System", 1.4), names),
        (Column("Service", 2.4), _service),
        (Column("Snitflade", 2), interface),
        (Column("Kommuner med kald", 1.2, right=True), lambda r: few_of(r["aktive"], r["anvendere"])),
        name="hvorfor_kun_faa",
    )
    return cut(table, 20)


def _service(row: Row) -> str:
    return f"{row['service']} {row['version'] or ''}".strip()


def _subjects(edition: Edition) -> Table:
    rows = edition.rows(
        """select * from kpi.kle_huller_sum where udtraeksdato = $udtraek and er_anonym
        order by kommuner desc, kle_nummer"""
    )
    title = "Intet emne mangler i fem kommuner" if edition.extract else "Der er intet KLE-udtræk til og med perioden"
    if rows:
        title = f"{rows[0]['emne']} mangler i {rows[0]['kommuner']} kommuner"
    table = tabulate(
        title,
        rows,
        (Column("KLE-nummer", 0.7), lambda r: r["kle_nummer"]),
        (Column("Emne", 3), lambda r: r["emne"] or danish.MISSING),
        (Column("Kommuner uden sager", 1, right=True), lambda r: danish.number(r["kommuner"])),
        name="kle",
        note="Emner, som mindst halvdelen af kommunerne på samme størrelse har sager på."
        f" Udtræk: {danish.day(edition.extract)}."
        if edition.extract
        else "",
        empty="Ingen." if edition.extract else "Det vides ikke, hvilke sager der mangler.",
    )
    return cut(table, 12)


def _sapa(edition: Edition) -> Block:
    row = edition.row("select * from kpi.sapa_sum where maaned = $maaned and niveau = 'alle'")
    if not row.get("er_anonym"):
        return Paragraph(f"{danish.capital(danish.TOO_FEW)} kommuner til at vise brugen af SAPA.")
    return Paragraph(
        f"{danish.number(row['enheder_stille'])} af {danish.number(row['enheder'])} enheder i"
        f" {row['myndigheder']} kommuner har ikke slået op i måneden. SAPA-rapporten har tallene for de enkelte"
        " enheder."
    )


def _debt(edition: Edition) -> Table:
    names = SystemNames(edition)
    rows = edition.rows(
        """select * from kpi.teknisk_gaeld_sum where maaned = $maaned and er_anonym
        order by gaeld desc, it_system, it_system_uuid"""
    )
    table = tabulate(
        f"{names(rows[0])} har den største gæld: {danish.number(rows[0]['gaeld'])} anvendelser"
        if rows
        else "Ingen gæld",
        rows,
        (Column("System", 1.8), names),
        (Column("Leverandør", 1.4), lambda r: r["leverandoer"]),
        (Column("Anvendelser i gæld", right=True), lambda r: danish.number(r["gaeld"])),
        (Column("Kommuner med gæld", right=True), lambda r: danish.number(r["kommuner"])),
        (Column("Ældste, måneder", right=True), lambda r: danish.number(r["aeldste_gaeld_maaneder"])),
        name="gaeld",
    )
    return cut(table, 12)


def _moved(edition: Edition) -> Table:
    names = SystemNames(edition)
    before = edition.before if edition.is_comparable(edition.before) else None
    rows = (
        edition.rows(
            """select * from kpi.potentiale_sum
            where maaned = $maaned and niveau = 'it_system_snitflade' and er_flyttet
            order by abs(kommuner_i_brug - kommuner_i_brug_kvartal_foer) desc, it_system, snitflade"""
        )
        if before
        else []
    )
    up = lists.count(rows, lambda r: r["kommuner_i_brug"] > r["kommuner_i_brug_kvartal_foer"])
    table = tabulate(
        f"{up} op, {len(rows) - up} ned siden {danish.month(before)}" if before else "Intet at sammenligne med",
        rows,
        (Column("System", 1.6), names),
        (Column("Snitflade", 2), interface),
        (Column("Kommuner før", right=True), lambda r: danish.number(r["kommuner_i_brug_kvartal_foer"])),
        (Column("Kommuner nu", right=True), lambda r: f"{r['kommuner_i_brug']} af {r['kommuner']}"),
        (
            Column("Ændring", 0.8, right=True),
            lambda r: danish.change(r["kommuner_i_brug"] - r["kommuner_i_brug_kvartal_foer"]),
        ),
        name="flyttet",
        empty="Intet, som fem kommuner eller flere står bag, har flyttet sig."
        if before
        else " ".join(edition.too_young),
    )
    return cut(table, 12)


def _sources(edition: Edition) -> tuple[str, ...]:
    status = edition.status_day or "ingen"
    extract = danish.day(edition.extract) if edition.extract else "intet til og med perioden"
    return (
        f"Klarmeldinger: {status}; brug: {danish.day(edition.month_end)}; KLE-udtræk: {extract}. Kald er et tegn på"
        " brug, ikke en gevinst.",
    )
