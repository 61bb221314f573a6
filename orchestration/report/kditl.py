"""KDI i tal, the master report of the month: KOMBIT's own questions, each with its answer and the rows behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from orchestration.report import country, danish, findings, kditl_operations, sapa, tragt
from orchestration.report.document import (
    Answer,
    Answers,
    Block,
    Column,
    Curves,
    Document,
    Paragraph,
    Section,
    Table,
    Tile,
    Tiles,
    cut,
    tabulate,
)
from orchestration.report.edition import Edition, months_before
from orchestration.report.k98_analyse import curve
from orchestration.report.municipality import SystemNames
from orchestration.report.potentiale_parts import interface
from orchestration.report.tilslutning import VERDICTS

Row = dict[str, Any]
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
    )


def _questions(edition: Edition, citizen: list[Row]) -> list[Question]:
    """The brief's thirteen, in its order."""
    names = SystemNames(edition)

    def asked(title: str, first: Table, *more: Block, sql: str = "", text: Any = danish.number) -> Question:
        return Question(title, first.title, (first, *more), *_then_and_now(edition, sql), text)

    trend, load = [(r["maaned"], r["kald_pr_borger"]) for r in citizen[-24:]], kditl_operations.load(edition)
    share = edition.measure("klarmeldinger_bekraeftet", "kpi.klarmelding_reel")
    least = _expected(edition)
    spread = new_services(edition, edition.months[0])
    return [
        asked("Hvor mange af SKI-systemerne anvender infrastrukturen?", _ski_systems(edition, names), sql=_SKI_IN_USE),
        Question(
            "Hvor bred er udrulningen af snitfladerne?",
            country.share_in_use(edition),
            tuple(tragt.of_all(edition)),
            *_then_and_now(edition, "select realiseringsgrad as tal from kpi.potentiale_k98 where maaned = $maaned"),
            lambda v: danish.percent(v, 1),
        ),
        asked(
            "Hvor er der lavet bevidste fravalg?",
            tragt.declined(edition),
            _deselected(edition, names),
            sql="""select count(*) as tal from kpi.tilslutning_tragt
            where maaned = $maaned and krav = 'obligatorisk' and trin = 'fravalgt'""",
        ),
        _rooted(edition),
        asked(
            "Er klarmeldingerne reelle?",
            _verdicts(edition),
            _unconfirmed(edition),
            sql=f"select {share.formula} as tal from kpi.klarmelding_reel where maaned = $maaned",
            text=share.text,
        ),
        asked("Anvendes snitfladerne som forventet?", least),
        asked("Tilgodeser nyudvikling en bred anvenderskare?", spread),
        asked(
            "Hvem rammer en ændring?",
            kditl_operations.changes(edition),
            sql="""select count(*) as tal from kpi.service_konsekvens
            where maaned = $maaned and nyere_version is not null""",
        ),
        asked(
            "Sker der uhensigtsmæssig anvendelse?",
            kditl_operations.suspicious(edition, names),
            sql="""select count(*) as tal from kpi.afvigelser where type = 'mistaenkeligt_moenster'
            and fra < $maaned + interval 1 month and til >= $maaned - interval 2 month"""
            if edition.has_hours
            else "",
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
            *_then_and_now(edition, "select gange_middeltimen as tal from kpi.belastning where maaned = $maaned"),
            lambda v: f"{danish.number(v, 1)} gange",
        ),
        Question(
            "Er brugen, som den plejer?",
            _as_usual(citizen),
            (Curves((curve("Kald pr. borger", "i måneden, kommunernes kald", trend, lambda v: danish.number(v, 1)),)),),
        ),
    ]


_SKI_IN_USE = """select count(distinct s.it_system_id) as tal from marts.dim_it_system as s
    inner join marts.fct_kald_maaned as k on s.it_system_id = k.it_system_id
    where s.er_ski_system and k.antal_kald > 0 and k.maaned <= $maaned and k.maaned > $maaned - interval 12 month"""


def _then_and_now(edition: Edition, sql: str) -> tuple[float | None, float | None]:
    """The figure ``tal`` of a query in the edition's month and three months before; None where it is not known."""
    if not sql:
        return None, None
    months = (edition.month, edition.before)
    now, before = (edition.row(sql, maaned=m).get("tal") if m else None for m in months)
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
    sql = """select sum(emner_daekket) / nullif(cast(sum(emner_med_sager_xyz) as double), 0) as tal
        from kpi.kle_daekning where udtraeksdato = $dato"""

    def covered(extract: date | None) -> float | None:
        return edition.row(sql, dato=extract).get("tal") if extract else None

    units = edition.rows("select * from kpi.sapa where maaned = $maaned")
    share = covered(edition.extract)
    said = f"Sagsindekset dækker {danish.percent(share)} af de almindelige emner" if share is not None else _UNKNOWN
    if units:
        silent = sum(bool(u["er_stille"]) for u in units)
        said = f"{said.rstrip('.')}; {danish.number(silent)} af {danish.number(len(units))} enheder bruger ikke SAPA"
    before = covered(edition.extract_before) if edition.before else None
    unchanged = share if edition.before and edition.extract_before is None else None
    return Question(
        title,
        said,
        (_subjects(edition), *((sapa.types(units),) if units else ())),
        share,
        unchanged if before is None else before,
        danish.percent,
    )


def new_services(edition: Edition, begun: date) -> Table:
    """How fast municipalities take up services whose first call is later than ``begun``, where data begin."""
    rows = edition.rows(
        """with foerste as (
            select s.service, s.version, s.snitflade, k.myndighed_id, min(k.maaned) as maaned
            from marts.fct_kald_maaned as k
            inner join marts.dim_service as s on k.service_id = s.service_id
            inner join marts.dim_myndighed as m on k.myndighed_id = m.myndighed_id and m.type = 'kommune'
            where k.antal_kald > 0 and k.maaned <= $maaned group by all
        ),
        raekke as (
            select *, min(maaned) over (partition by service, version) as begyndt,
                row_number() over (partition by service, version order by maaned) as nummer
            from foerste
        )
        select service, version, snitflade, begyndt, count(*) as kommuner,
            datediff('month', begyndt, min(maaned) filter (where nummer = 10)) as til_10,
            datediff('month', begyndt, min(maaned) filter (where nummer = 50)) as til_50,
            datediff('month', begyndt, min(maaned) filter (where nummer = 98)) as til_98
        from raekke where begyndt > $begyndt group by service, version, snitflade, begyndt
        order by kommuner desc, begyndt desc, service, version""",
        begyndt=begun,
    )
    wide = sum(r["til_50"] is not None for r in rows)
    table = tabulate(
        f"{danish.number(wide)} af {danish.counted(len(rows), 'ny service', 'nye services').lower()} er nået ud til"
        " mindst 50 kommuner"
        if rows
        else f"Ingen service er taget i brug for første gang siden {danish.month(begun)}",
        rows,
        (Column("Service", 2.4), lambda r: f"{r['service']} {r['version'] or ''}".strip()),
        (Column("Snitflade", 2.2), lambda r: edition.interfaces[r["snitflade"]]),
        (Column("Første kald", 1.2), lambda r: danish.month(r["begyndt"])),
        (Column("Kommuner nu", right=True), lambda r: danish.number(r["kommuner"])),
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
            list(distinct snitflade) as snitflader
        from kpi.klarmelding_reel where maaned = $maaned and vurdering = 'klarmeldt_uden_kald'
        group by leverandoer order by antal desc, leverandoer"""
    )
    table = tabulate(
        f"{danish.number(sum(r['antal'] for r in rows))} klarmeldinger har ingen kald",
        rows,
        (Column("Leverandør", 1.6), lambda r: r["leverandoer"]),
        (Column("Klarmeldinger", right=True), lambda r: danish.number(r["antal"])),
        (Column("Systemer", right=True), lambda r: danish.number(r["systemer"])),
        (Column("Snitflader", 3.4), lambda r: _some([edition.interfaces[s] for s in r["snitflader"]])),
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
    if row["realiseret"] == row["mulige"] - row["kan_ikke_maales"]:
        return "Alle krævede snitflader, der er i brug, er fuldt udbredt"
    return f"{interface(row)} er mindst udbredt af dem i brug: {_realised(row)}"


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
        (Column("Snitflade", 2.8), interface),
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
