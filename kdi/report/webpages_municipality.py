"""A municipality's own pages: the first as a phone shows it, then one for each who has something to do."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from kdi.notation import danish
from kdi.publish.agreements import Agreements
from kdi.report import codes, municipality_lists, webpages
from kdi.report.directory import Directory
from kdi.report.document import Bullets, Paragraph
from kdi.report.edition import Edition
from kdi.report.imprint import Imprint
from kdi.report.line_chart import Lines
from kdi.report.municipality import states_of
from kdi.report.municipality_lists import Reader
from kdi.report.web_blocks import Cards, Part, Place, Places, States, Talk, Talks, Trend, WebBlock
from kdi.report.webpages import Page

Row = dict[str, Any]
# the measures of kpi.placering in the order in which they are asked, each with its question
_ASKED = codes.labels("kpi.placering", "maal")
QUESTIONS = {m: _ASKED[m] for m in ("realiseringsgrad", "tilslutningsgrad", "daekningsgrad", "kald_pr_indbygger")}
_TABLES = {
    "realiseringsgrad": "kpi.potentiale_kommune",
    "tilslutningsgrad": "kpi.tilslutning_kommune",
    "daekningsgrad": "kpi.kle_daekning",
    "kald_pr_indbygger": "kpi.kald_pr_indbygger",
}
_WORTH = (("borger", "Borgeren"), ("sagsbehandler", "Sagsbehandleren"), ("it", "It"))
_MONTHS = 24
_K98 = (webpages.K98, "Alle kommuner: Potentialeanalyse K98", "PDF, det seneste hele kvartal")
# below this a share is told as a count alone
_SMALL_BASE = 10


@dataclass(frozen=True)
class Standing:
    """What the marts say of a municipality this month."""

    findings: list[Row]
    places: dict[str, Row]
    steps: list[Row]

    @property
    def headline(self) -> Row:
        return next((f for f in self.findings if f["er_overskrift"]), {})


def pages(
    edition: Edition, agreements: Agreements, reader: str | None, imprint: Imprint, directory: Directory
) -> Iterator[Page]:
    """The reader's own municipality first, then those that share with it; the public has none."""
    known = {m["cvr"]: m for m in edition.municipalities}
    visible = [cvr for cvr in known if cvr in agreements.visible_to(reader)]
    folders = webpages.municipality_folders({cvr: m["navn"] for cvr, m in known.items()})
    others = tuple(
        (f"{folders[cvr]}/index.html", webpages.official_name(known[cvr]), "har aftalt at dele med jer")
        for cvr in visible
        if cvr != reader
    )
    fronts = {known[cvr]["navn"]: "index.html" if cvr == reader else f"{folders[cvr]}/index.html" for cvr in visible}
    for cvr in sorted(visible, key=lambda c: c != reader):
        about = Reader(edition, cvr, known[cvr]["navn"], agreements.visible_to(reader), cvr == reader, imprint)
        front = "index.html" if about.is_own else f"{folders[cvr]}/index.html"
        name = webpages.official_name(known[cvr])
        for page in _of(about, front, folders[cvr], name, directory, others if about.is_own else ()):
            yield replace(page, municipalities=fronts)


def _of(
    about: Reader, front: str, folder: str, name: str, directory: Directory, others: tuple[tuple[str, str, str], ...]
) -> Iterator[Page]:
    standing = _standing(about)
    below = [
        (f"{folder}/{file}.html", title, what, blocks) for file, title, what, blocks in municipality_lists.of(about)
    ]
    cards = Cards((*((path, title, what) for path, title, what, _ in below), _K98))
    home = (("index.html", "Kommunen"),) if about.is_own else (("index.html", "Kommunen"), (front, name))
    yield Page(
        front,
        name,
        "index.html",
        str(
            standing.headline.get("saetning")
            or f"Vi har ingen data om {about.name} i {danish.month(about.edition.month)}."
        ),
        (
            Part("", _beside(standing)),
            Part("Her står kommunen", _places(about, standing)),
            Part("Mulige anvendelser", _states(about)),
            Part(_steps_title(standing), _talks(about, standing, directory, folder)),
            Part("Kald pr. indbygger", _trend(about)),
            Part("Gå videre", (cards, *((Cards(others),) if others else ()))),
        ),
        definitions=_definitions(about.edition),
        notes=(
            "Midten er gennemsnittet af de fem midterste kommuner. Prikken viser kommunens plads; feltet er den"
            " midterste halvdel. Til højre står ændringen på tre måneder, på et år for kald, eller datoen. En"
            " anvendelse er ét it-system, der bruger én krævet snitflade. Et kald er et tegn på brug, ikke en gevinst.",
            *about.edition.too_young,
        ),
        trail=() if about.is_own else home[:1],
        kicker=f"{name} · {danish.month(about.edition.month)}",
    )
    for path, title, what, blocks in below:
        yield Page(path, title, "index.html", what, (Part("", tuple(blocks)),), trail=home)


def _standing(about: Reader) -> Standing:
    edition, cvr = about.edition, about.cvr
    places = edition.rows_of(cvr, "select * from kpi.placering where maaned = $maaned")
    return Standing(
        edition.rows_of(cvr, "select * from kpi.fund where maaned = $maaned order by nummer"),
        {r["maal"]: r for r in places},
        edition.rows_of(cvr, "select * from kpi.skridt where maaned = $maaned and valg = 'valgt' order by nummer"),
    )


def _beside(standing: Standing) -> tuple[WebBlock, ...]:
    """What the headline means, and what else is worth knowing: never more than two."""
    meaning = standing.headline.get("betydning")
    more = [f["saetning"] for f in standing.findings if not f["er_overskrift"] and f["slags"] != "drift"][:2]
    return (*((Paragraph(meaning),) if meaning else ()), *((Bullets(tuple(more)),) if more else ()))


def _places(about: Reader, standing: Standing) -> tuple[WebBlock, ...]:
    first = standing.headline.get("maal")
    order = sorted(QUESTIONS, key=lambda m: m != first)
    return (Places(tuple(_place(about.edition, m, standing.places.get(m)) for m in order)),)


def _place(edition: Edition, measure: str, row: Row | None) -> Place:
    question = QUESTIONS[measure]
    if row is None or row["vaerdi"] is None:
        return Place(question, "", None, "Vi har ingen data om det.", "")
    text = edition.measure(measure, _TABLES[measure]).text
    middle = danish.TOO_FEW if row["median"] is None else text(row["median"])
    among = row["blandt"]
    rank = None if among < 2 else 1 - (row["plads"] - 1 + (row["paa_pladsen"] - 1) / 2) / (among - 1)
    shared = ", delt" if row["paa_pladsen"] > 1 else ""
    place = f"nr. {row['plads']} af {among}{shared}"
    if measure == "kald_pr_indbygger":
        return Place(
            question, place, rank, f" kald pr. indb. · midten\u00a0{middle}", _a_year(row), measure, text(row["vaerdi"])
        )
    count = f"{danish.number(row['taeller'])} af {danish.number(row['grundlag'])}"
    if row["grundlag"] < _SMALL_BASE:
        return Place(question, place, rank, count, _since(measure, row))
    own = f" · {count} · midten\u00a0{middle}"
    return Place(question, place, rank, own, _since(measure, row), measure, text(row["vaerdi"]))


def _a_year(row: Row) -> str:
    """Beside the same month a year before, for use has seasons."""
    before = row["vaerdi_aar_foer"]
    if not before:
        return ""
    change = danish.change(100 * (row["vaerdi"] / before - 1), 0, "\u00a0%")
    return f"{change} på et år"


def _since(measure: str, row: Row) -> str:
    if measure == "realiseringsgrad":
        before = row["taeller_kvartal_foer"]
        return "" if before is None else danish.change(row["taeller"] - before)
    kind = "status" if measure == "tilslutningsgrad" else "udtræk"
    return f"{kind} {row['dato'].day}. {danish.month_short(row['dato'])}"


def _states(about: Reader) -> tuple[WebBlock, ...]:
    if not about.potential:
        return (Paragraph("Registrene viser ingen systemer i brug med krav om snitflader."),)
    return (States(tuple(states_of(about.totals).items())),)


def _steps_title(standing: Standing) -> str:
    many = len(standing.steps)
    return {0: "Ingen skridt lige nu", 1: "Ét skridt, der er en samtale værd"}.get(
        many, f"{danish.counted(many, 'skridt', 'skridt')}, der er en samtale værd"
    )


def _talks(about: Reader, standing: Standing, directory: Directory, folder: str) -> tuple[WebBlock, ...]:
    warning = next((f["saetning"] for f in standing.findings if f["slags"] == "drift"), "")
    talks = tuple(
        Talk(
            danish.number(r["nummer"]),
            r["titel"],
            r["begrundelse"] or "",
            tuple((who, f"{r[column]}.") for column, who in _WORTH if r[column]),
            r["hvem"] or "",
            r["tegn_paa_brug"] or "",
            about.system(r) if r["it_system"] else "",
            directory.systems.get(about.system(r), "") if r["it_system"] else "",
        )
        for r in standing.steps
    )
    empty = "Intet er stort nok til et skridt; se listen over det, andre er i gang med."
    return (*((Paragraph(warning),) if warning else ()), Talks(talks, empty))


def _trend(about: Reader) -> tuple[WebBlock, ...]:
    rows = about.edition.rows_of(
        about.cvr,
        """select cvr, maaned, vaerdi, klassens_median from kpi.placering
        where maal = 'kald_pr_indbygger' and maaned <= $maaned order by maaned""",
    )[-_MONTHS:]
    if not rows:
        return (Paragraph("Kald pr. indbygger kan ikke vises over tid: kommunens folketal er ikke oplyst."),)
    lines = Lines(
        {
            about.name: [(r["maaned"], r["vaerdi"]) for r in rows],
            "På jeres størrelse": [(r["maaned"], r["klassens_median"]) for r in rows],
        },
        "kald pr. indbygger",
    )
    return (Trend("Måned for måned", "Begge platforme. Stiplet: midten af kommunerne på samme størrelse.", lines),)


def _definitions(edition: Edition) -> tuple[Any, ...]:
    return (
        *edition.define("kpi.potentiale_kommune", "mulige", "realiseringsgrad"),
        *edition.define("kpi.tilslutning_kommune", "tilslutningsgrad"),
        *edition.define("kpi.kle_daekning", "daekningsgrad"),
        *edition.define("kpi.kald_pr_indbygger", "kald_pr_indbygger"),
    )
