"""All 98 municipalities together: the country's front page, and where the rest lies. No municipality is named."""

from collections.abc import Iterator
from typing import Any

from kdi.notation import danish
from kdi.report import country, tragt
from kdi.report.document import Column, Table, tabulate
from kdi.report.edition import SMALLEST_GROUP, Edition
from kdi.report.indicators import Groups, Indicators
from kdi.report.line_chart import Lines
from kdi.report.web_blocks import STATES, Cards, Part, Place, Places, States, Talk, Talks, Trend
from kdi.report.webpages import K98, Page
from kdi.report.webpages_municipality import QUESTIONS

Row = dict[str, Any]
_TITLE = "Brugen af den fælleskommunale infrastruktur"


def pages(edition: Edition, indicators: Indicators, is_public: bool) -> Iterator[Page]:
    """The front page of the country, and the page with what is behind it."""
    front = "index.html" if is_public else "landet.html"
    yield _front(edition, indicators, front)
    yield Page(
        "potentiale.html",
        "Hvor ligger resten?",
        front,
        country.share_in_use(edition),
        (
            Part("Hos leverandørerne", (_by_supplier(edition),)),
            Part("På ydelsesområderne", (_by_area(edition),)),
            Part("Fra forpligtelse til stabil brug", tuple(tragt.of_all(edition))),
        ),
        definitions=edition.define("kpi.potentiale_k98", "mulige", "realiseret", "realiseringsgrad"),
        trail=((front, _TITLE),),
    )


def _front(edition: Edition, indicators: Indicators, path: str) -> Page:
    totals = edition.row("select * from kpi.potentiale_sum where maaned = $maaned and niveau = 'k98'")
    calls = edition.rows("select * from kpi.kald_pr_borger_danmark where maaned <= $maaned order by maaned")[-24:]
    lines = Lines({"Kald pr. borger": [(r["maaned"], r["kald_pr_borger"]) for r in calls]}, "kald pr. borger")
    return Page(
        path,
        _TITLE,
        path,
        country.share_in_use(edition),
        (
            Part("Her står kommunerne", (Places(tuple(_places(edition, indicators))),)),
            Part("Mulige anvendelser i alle kommuner", (States(tuple((s, totals.get(s, 0)) for s in STATES)),)),
            Part(
                "Det deler flest kommuner",
                (Talks(tuple(_shared_steps(edition)), "Ingen skridt deles af fem kommuner."),),
            ),
            Part("Kald pr. borger", (Trend("Måned for måned", "Begge platforme, alle kommuner.", lines),)),
            Part("Gå videre", (_ways(),)),
        ),
        definitions=(
            *edition.define("kpi.potentiale_k98", "mulige", "realiseringsgrad"),
            *edition.define("kpi.kald_pr_borger_danmark", "kald_pr_borger"),
        ),
        notes=(
            f"Ingen kommune nævnes ved navn. »{danish.TOO_FEW}« står, hvor færre end {SMALLEST_GROUP} kommuner ligger"
            " bag, eller én står for over halvdelen. Et kald er et tegn på brug, ikke en gevinst.",
            *edition.too_young,
        ),
        kicker=f"Alle kommuner · {danish.month(edition.month)}",
    )


def _ways() -> Cards:
    return Cards(
        (
            ("potentiale.html", "Hvor ligger resten?", "Leverandører, ydelsesområder og trin"),
            ("systemer.html", "Systemer", "Hvad hvert system er klarmeldt til"),
            ("snitflader.html", "Snitflader", "Hvad hver snitflade er værd, og hvem der kan følge efter"),
            ("kle.html", "KLE", "Emner med og uden sager"),
            ("sapa.html", "SAPA", "Hvilke slags enheder slår op"),
            (K98, "Potentialeanalyse K98", "PDF, det seneste hele kvartal"),
            ("soeg.html", "Søg", "Alle sider efter navn"),
        )
    )


def _places(edition: Edition, indicators: Indicators) -> Iterator[Place]:
    """The same four questions as a municipality's, answered by the middle of all."""
    whole = {
        "realiseringsgrad": ("kpi.potentiale_k98", "realiseringsgrad"),
        "kald_pr_indbygger": ("kpi.kald_pr_borger_danmark", "kald_pr_borger"),
    }
    for name, question in QUESTIONS.items():
        groups: Groups = indicators.groups(name)
        every = groups.get(("alle", "Alle kommuner"), {})
        text = indicators.measure(name).text
        low, middle, high = (every.get(k) for k in ("nedre_kvartil", "median", "oevre_kvartil"))
        place = f"midten {text(middle)}" if middle is not None else danish.TOO_FEW
        half = f"halvdelen mellem {text(low)} og {text(high)}" if low is not None and high is not None else ""
        if name not in whole:
            yield Place(question, place, None, half, "")
            continue
        table, measure = whole[name]
        value = edition.row(f"select {measure} as tal from {table} where maaned = $maaned").get("tal")
        figure = edition.measure(measure, table).text(value)
        yield Place(question, place, None, f" i alt{f' · {half}' if half else ''}", "", measure, figure)


def _shared_steps(edition: Edition) -> Iterator[Talk]:
    """The three steps that most municipalities have among theirs."""
    rows = edition.rows(
        """select * from kpi.skridt_sum where maaned = $maaned and er_anonym
        order by kommuner desc, titel, it_system_uuid limit 3"""
    )
    for number, r in enumerate(rows, start=1):
        # these two are about what each municipality lacks
        title = {"kle": "Læg sager i det fælles indeks", "sapa": "Få enhederne i gang med SAPA"}.get(
            r["slags"], r["titel"]
        )
        told = f"{danish.counted(r['kommuner'], 'kommune', 'kommuner')} har det blandt deres tre skridt."
        yield Talk(str(number), title, told, (), "", "")


def _by_supplier(edition: Edition) -> Table:
    rows = edition.rows(
        """select *, leverandoer as navn from kpi.potentiale_sum where maaned = $maaned and niveau = 'leverandoer'
        order by andre_i_gang desc, navn collate da"""
    )
    whole = edition.row("select * from kpi.potentiale_k98 where maaned = $maaned")
    title = (
        f"{danish.number(whole['andre_i_gang_hos_tre'])} af {danish.number(whole['andre_i_gang'])}, som andre er i gang"
        " med, ligger hos tre leverandører"
        if len(rows) > 3
        else "Leverandørerne"
    )
    return _by_state(title, rows, "Leverandør", "leverandoerer")


def _by_area(edition: Edition) -> Table:
    rows = edition.rows(
        """select *, ydelsesomraade as navn from kpi.potentiale_omraade where maaned = $maaned
        order by andre_i_gang desc, navn nulls last"""
    )
    note = "Et system i flere ydelsesområder tælles med i hvert af dem."
    return _by_state("Ydelsesområderne på SKI’s liste", rows, "Ydelsesområde", "omraader", note)


def _by_state(title: str, rows: list[Row], what: str, name: str, note: str = "") -> Table:
    return tabulate(
        title,
        rows,
        (Column(what, 2.6), lambda r: r["navn"] or "ikke oplyst"),
        (Column("Andel i brug", 0.9, right=True), _share),
        *(
            (Column(danish.capital(word), right=True), lambda r, state=state: danish.number(r[state]))
            for state, (word, _) in STATES.items()
        ),
        name=name,
        note=note,
        empty="Der er ingen mulige anvendelser.",
    )


def _share(row: Row) -> str:
    share = row["realiseringsgrad"]
    return danish.UNMEASURABLE if share is None else danish.percent(share)
