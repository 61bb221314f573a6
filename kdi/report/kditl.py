"""KDI i tal, the master report of the month: KOMBIT's own questions, each with its answer and the rows behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from kdi.notation import danish
from kdi.notation.periods import months_before
from kdi.report import country, findings, kditl_operations, lists, sapa, tragt
from kdi.report.document import (
    Answer,
    Answers,
    Block,
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
from kdi.report.edition import Edition
from kdi.report.k98_analyse import curves
from kdi.report.municipality import SystemNames
from kdi.report.potentiale_parts import interface
from kdi.report.tilslutning import VERDICTS

Row = dict[str, Any]
# a figure of a month
Figure = Callable[[date], float | None]
_UNKNOWN = "Kilden er ikke indlæst for perioden, så det vides ikke."


@dataclass(frozen=True)
class Question:
    """One of KOMBIT's questions: what answers it, and the figure of the answer now and three months before."""

    title: str
    said: str
    blocks: tuple[Block, ...]
    now: float | None = None
    before: float | None = None
    text: Callable[[float | None], str] = danish.number

    @property
    def answer(self) -> Answer:
        """The answer with the way its figure went, as far as readers see it."""
        said = f"{self.said.rstrip('.')}."
        if self.now is None or self.before is None:
            return Answer(self.title, said, before=danish.MISSING)
        if self.text(self.now) == self.text(self.before):
            return Answer(self.title, said, "ens", "uændret")
        way = "op" if self.now > self.before else "ned"
        return Answer(self.title, said, way, f"{way} fra {self.text(self.before)}")


def build(edition: Edition) -> Document:
    """The master report, for KOMBIT."""
    citizen = edition.rows("select * from kpi.kald_pr_borger_danmark where maaned <= $maaned order by maaned")
    now, year_before = citizen[-1], citizen[-13] if len(citizen) > 12 else {}
    questions = _questions(edition, citizen)
    since = f"Siden {danish.month(edition.before)}" if edition.before else "Siden kvartalet før"
    return Document(
        title="KDI i tal: masterrapport",
        subtitle=f"{danish.month(edition.month).capitalize()}",
        product="KDI i tal: masterrapport",
        period=danish.month(edition.month),
        audience="KOMBIT",
        headline=findings.per_citizen(
            now["kald_pr_borger"], danish.month(edition.month), year_before.get("kald_pr_borger")
        ),
        front=(
            _tiles(edition, now),
            Paragraph("Månedens svar", "heading"),
            Answers(tuple(q.answer for q in questions), since),
            curves(edition),
        ),
        sections=tuple(Section(q.title, q.blocks, new_page=number == 0) for number, q in enumerate(questions)),
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
        notes=edition.too_young,
    )


def _questions(edition: Edition, citizen: list[Row]) -> list[Question]:
    """The brief's thirteen, in its order."""
    names = SystemNames(edition)

    def asked(
        title: str, first: Table, *more: Block, figure: Figure | None = None, text: Any = danish.number
    ) -> Question:
        return Question(title, first.title, (first, *more), *_then_and_now(edition, figure), text)

    load = kditl_operations.load(edition)
    share = edition.measure("klarmeldinger_bekraeftet", "kpi.klarmelding_reel")
    least = _expected(edition)
    spread = new_services(edition, edition.months[0])
    return [
        asked(
            "Hvor mange af SKI-systemerne anvender infrastrukturen?",
            _ski_systems(edition, names),
            figure=_comparable(
                edition, _counted(edition, "select 1 from kpi.ski_systemer where maaned = $maaned and kald_12m > 0")
            ),
        ),
        Question(
            "Hvor bred er udrulningen af snitfladerne?",
            country.share_in_use(edition),
            tuple(tragt.of_all(edition)),
            *_then_and_now(edition, _comparable(edition, _column(edition, "kpi.potentiale_k98", "realiseringsgrad"))),
            lambda v: danish.percent(v, 1),
        ),
        asked(
            "Hvor er der lavet bevidste fravalg?",
            tragt.declined(edition),
            _deselected(edition, names),
            figure=_counted(
                edition,
                """select 1 from kpi.tilslutning_tragt
                where maaned = $maaned and krav = 'obligatorisk' and trin = 'fravalgt'""",
            ),
        ),
        _rooted(edition),
        asked(
            "Er klarmeldingerne reelle?",
            _verdicts(edition),
            _unconfirmed(edition),
            figure=_comparable(edition, lambda m: edition.value(share.name, share.table, "maaned = $maaned", maaned=m)),
            text=share.text,
        ),
        asked("Anvendes snitfladerne som forventet?", least),
        asked("Tilgodeser nyudvikling en bred anvenderskare?", spread),
        asked(
            "Hvem rammer en ændring?",
            kditl_operations.changes(edition),
            figure=_counted(
                edition, "select 1 from kpi.service_konsekvens where maaned = $maaned and nyere_version is not null"
            ),
        ),
        asked(
            "Sker der uhensigtsmæssig anvendelse?",
            kditl_operations.suspicious(edition, names),
            figure=partial(kditl_operations.patterns, edition) if edition.has_hours else None,
        ),
        asked("Hvordan påvirker driftsforstyrrelser kommunerne?", kditl_operations.outages(edition)),
        asked(
            "Er der styr på overgangen til nye serviceaftaler?",
            *kditl_operations.contracts(edition),
        ),
        Question(
            "Er infrastrukturen robust nok?",
            load[0].title if isinstance(load[0], Table) else _UNKNOWN,
            tuple(load),
            *_then_and_now(edition, _column(edition, "kpi.belastning", "gange_middeltimen")),
            lambda v: f"{danish.number(v, 1)} gange",
        ),
        Question(
            "Er brugen, som den plejer?",
            _as_usual(citizen),
            (Paragraph("Kurven står på side 1."),),
        ),
    ]


def _counted(edition: Edition, sql: str) -> Figure:
    """How many rows a query about ``$maaned`` has."""
    return lambda month: len(edition.rows(sql, maaned=month))


def _column(edition: Edition, table: str, column: str) -> Figure:
    """A column of a table with a row per month."""
    return lambda month: edition.row(f"select {column} as tal from {table} where maaned = $maaned", maaned=month).get(
        "tal"
    )


def _comparable(edition: Edition, figure: Figure) -> Figure:
    """What is counted over 12 months, in months that have as many behind them as the edition's."""
    return lambda month: figure(month) if edition.is_comparable(month) else None


def _then_and_now(edition: Edition, figure: Figure | None) -> tuple[float | None, float | None]:
    """The figure in the edition's month and three months before; None where it is not known."""
    if figure is None:
        return None, None
    now, before = (figure(m) if m else None for m in (edition.month, edition.before))
    return now, before


def _as_usual(citizen: list[Row]) -> str:
    """This month beside the months before it of the same name: what is usual has seasons."""
    month = citizen[-1]["maaned"]
    same = [r for r in citizen if r["maaned"].month == month.month and r["kald_pr_borger"] is not None]
    if len(same) < 2 or same[-1]["maaned"] != month:
        return "Det vides først, når der er data for samme måned året før"
    last, before = same[-1]["kald_pr_borger"], same[-2]["kald_pr_borger"]
    return (
        f"{danish.number(last, 1)} kald pr. borger mod {danish.number(before, 1)} i"
        f" {danish.month(months_before(month, 12))}"
    )


def _rooted(edition: Edition) -> Question:
    """Whether it is part of the municipalities' daily work: cases in the index, units that look up."""
    title = "Hvordan er KDI forankret i den kommunale forretning?"

    def covered(extract: date | None) -> float | None:
        if extract is None:
            return None
        return edition.value("daekningsgrad", "kpi.kle_daekning", "udtraeksdato = $udtraek", udtraek=extract)

    units = edition.row("select * from kpi.sapa_sum where maaned = $maaned and niveau = 'alle'")
    share = covered(edition.extract)
    said = f"Sagsindekset dækker {danish.percent(share)} af de almindelige emner" if share is not None else _UNKNOWN
    if units:
        silent, number = danish.number(units["enheder_stille"]), danish.number(units["enheder"])
        said = f"{said.rstrip('.')}; {silent} af {number} enheder bruger ikke SAPA"
    return Question(
        title,
        said,
        (_subjects(edition), *((sapa.types(edition),) if units else ())),
        share,
        covered(edition.extract_before),
        danish.percent,
    )


def new_services(edition: Edition, begun: date) -> Table:
    """How fast municipalities take up services whose first call is later than ``begun``, where data begin."""
    found: dict[tuple[str, str | None], list[Row]] = {}
    for row in edition.rows(
        """select * from kpi.service_ibrugtagning where maaned <= $maaned and foerste_kald > $begyndt
        order by service, version, nummer""",
        begyndt=begun,
    ):
        found.setdefault((row["service"], row["version"]), []).append(row)
    rows = [
        these[-1] | {f"til_{n}": these[n - 1]["maaneder"] if n <= len(these) else None for n in (10, 50, 98)}
        for these in found.values()
    ]
    # the widest first, and of those the newest
    rows.sort(key=lambda r: r["foerste_kald"], reverse=True)
    rows.sort(key=lambda r: r["nummer"], reverse=True)
    wide = lists.count(rows, lambda r: r["til_50"] is not None)
    table = tabulate(
        f"{danish.number(wide)} af {danish.counted(len(rows), 'ny service', 'nye services').lower()} er nået ud til"
        " mindst 50 kommuner"
        if rows
        else f"Ingen service er taget i brug for første gang siden {danish.month(begun)}",
        rows,
        (Column("Service", 2.4), lambda r: f"{r['service']} {r['version'] or ''}".strip()),
        (Column("Snitflade", 2.2), lambda r: edition.interfaces[r["snitflade"]]),
        (Column("Første kald", 1.2), lambda r: danish.month(r["foerste_kald"])),
        (Column("Kommuner nu", right=True), lambda r: danish.number(r["nummer"])),
        *(
            (Column(f"Måneder til {n}", right=True), lambda r, key=f"til_{n}": danish.number(r[key]))
            for n in (10, 50, 98)
        ),
        name="nye_services",
        note=f"{danish.MISSING}: så mange kommuner kalder den ikke endnu." if rows else "",
        empty="Alle services, som kommunerne kalder, kaldtes allerede, da data begynder.",
    )
    return cut(table, 20)


def _tiles(edition: Edition, now: Row) -> Tiles:
    table = "kpi.kald_pr_borger_danmark"
    figures = [(n, now[n]) for n in ("kald_pr_borger", "kald_pr_borger_12m", "kald")]
    return Tiles(tuple(Tile(m.label, m.text(v), (), n) for n, v in figures for m in [edition.measure(n, table)]))


def _ski_systems(edition: Edition, names: Callable[[Row], str]) -> Table:
    rows = edition.rows(
        """select * from kpi.ski_systemer where maaned = $maaned
        order by kald_12m desc, it_system collate da, it_system_uuid"""
    )
    used = lists.count(rows, lambda r: r["kald_12m"] > 0)
    table = tabulate(
        f"{used} af {len(rows)} SKI-systemer har kald på 12 måneder" if rows else "SKI’s liste er ikke indlæst",
        rows,
        (Column("System", 2), names),
        (Column("Leverandør", 1.6), lambda r: r["leverandoer"]),
        (Column("Alle myndigheders kald på 12 mdr.", 1.3, right=True), lambda r: danish.number(r["kald_12m"])),
        (Column("Kommuner med kald", 1, right=True), lambda r: danish.number(r["kommuner_med_kald"])),
        name="ski_systemer",
    )
    return cut(table, 30)


def _verdicts(edition: Edition) -> Table:
    rows = edition.rows(
        "select * from kpi.klarmelding_sum where maaned = $maaned and niveau = 'alle' order by vurdering"
    )
    share = edition.measure("klarmeldinger_bekraeftet", "kpi.klarmelding_reel")
    value = edition.value(share.name, share.table, "maaned = $maaned")
    return tabulate(
        f"{share.text(value)} af klarmeldingerne bekræftes af kald" if rows else "Der er ingen klarmeldinger",
        rows,
        (Column("Kaldene siger", 2, mark=True), lambda r: VERDICTS[r["vurdering"]]),
        (Column("System og snitflade", right=True), lambda r: danish.number(r["antal"])),
        (Column("Systemer", right=True), lambda r: danish.number(r["systemer"])),
        (Column("Alle myndigheders kald på 12 mdr.", 1.3, right=True), lambda r: danish.number(r["kald_12m"])),
        name="vurderinger",
    )


def _unconfirmed(edition: Edition) -> Table:
    """Declarations without calls by supplier, the most first."""
    rows = edition.rows(
        """select * from kpi.klarmelding_sum
        where maaned = $maaned and niveau = 'leverandoer' and vurdering = 'klarmeldt_uden_kald'
        order by antal desc, leverandoer"""
    )
    whole = edition.row(
        """select * from kpi.klarmelding_sum
        where maaned = $maaned and niveau = 'alle' and vurdering = 'klarmeldt_uden_kald'"""
    )
    table = tabulate(
        f"{danish.number(whole.get('antal', 0))} klarmeldinger har ingen kald",
        rows,
        (Column("Leverandør", 1.6), lambda r: r["leverandoer"]),
        (Column("Klarmeldinger", right=True), lambda r: danish.number(r["antal"])),
        (Column("Systemer", right=True), lambda r: danish.number(r["systemer"])),
        (Column("Snitflader", 3.4), lambda r: _some([edition.interfaces[s] for s in r["snitflader"].split(", ")])),
        name="klarmeldt_uden_kald",
        empty="Alle klarmeldinger bekræftes af kald.",
    )
    return cut(table, 15)


def _some(names: list[str]) -> str:
    shown = sorted(names)[:3]
    return ", ".join(shown) + (f" og {len(names) - len(shown)} andre" if len(names) > len(shown) else "")


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
        (Column("Snitflade", 2.8), interface),
        (Column("Meldt", 1, mark=True), lambda r: danish.NOT_RELEVANT if r["klarmelding"] == "Irrelevant" else "Nej"),
        name="fravalg",
        empty="Ingen krævede snitflader er meldt fra.",
    )
    return cut(table, 20)


def _least_used(row: Row | None) -> str:
    if row is None:
        return "Ingen krævede snitflader er i brug"
    if row["realiseringsgrad"] == 1:
        return "Alle krævede snitflader, der er i brug, er fuldt udbredt"
    return f"{interface(row)} er mindst udbredt af dem i brug: {_share_in_use(row)}"


def _expected(edition: Edition) -> Table:
    rows = edition.rows(
        """select * from kpi.potentiale_sum where maaned = $maaned and niveau = 'snitflade'
        order by mulige desc, snitflade"""
    )
    lowest = min((r for r in rows if r["i_brug"]), key=lambda r: r["realiseringsgrad"], default=None)
    table = tabulate(
        _least_used(lowest),
        rows,
        (Column("Snitflade", 2.8), interface),
        (Column("Mulige", 0.8, right=True), lambda r: danish.number(r["mulige"])),
        (Column("I brug", 0.8, right=True), lambda r: danish.number(r["i_brug"])),
        (Column("Kan ikke måles", 0.9, right=True), lambda r: danish.number(r["kan_ikke_maales"])),
        (Column("Andel i brug", 0.9, right=True), _share_in_use),
        (Column("Kommunernes kald på 12 mdr.", 1.2, right=True), lambda r: danish.number(r["kald_12m"])),
        (Column("Ventede kald i resten", 1.2, right=True), lambda r: danish.rounded(r["forventede_kald"])),
        name="forventet",
    )
    return cut(table, 25)


def _subjects(edition: Edition) -> Table:
    rows = edition.rows(
        """select * from kpi.kle_huller_sum where udtraeksdato = $udtraek
        order by kommuner desc, kle_nummer"""
    )
    table = tabulate(
        f"{rows[0]['emne']} mangler sager i flest kommuner: {rows[0]['kommuner']}"
        if rows
        else "Ingen emner mangler sager",
        rows,
        (Column("KLE-nummer", 0.9), lambda r: r["kle_nummer"]),
        (Column("Emne", 3.2), lambda r: r["emne"] or danish.MISSING),
        (Column("Hovedgruppe", 2.4), lambda r: r["hovedgruppe_titel"] or danish.MISSING),
        (Column("Kommuner uden sager", 1, right=True), lambda r: danish.number(r["kommuner"])),
        name="kle",
        empty="Ingen kommuner mangler sager på almindelige emner." if edition.extract else _UNKNOWN,
    )
    return cut(table, 15)


def _share_in_use(row: Row) -> str:
    """The share in use of what can be measured."""
    return danish.UNMEASURABLE if row["realiseringsgrad"] is None else danish.percent(row["realiseringsgrad"], 1)
