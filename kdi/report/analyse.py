"""Potentialeanalyse for one municipality. Page 1 is for the top management, and stands alone.

What is most important, and what to do next, is decided in ``kpi.fund`` and ``kpi.skridt``; here it is only placed.
"""

from typing import Any

from kdi.notation import danish
from kdi.notation.periods import months_before
from kdi.publish.agreements import Agreements
from kdi.report import analyse_sider as pages
from kdi.report import codes, lists, municipality, web_blocks
from kdi.report.analyse_sider import About, Row
from kdi.report.document import Block, Document, Outcomes, Paragraph, Place, Places, State, States, Step, Steps
from kdi.report.edition import SMALLEST_GROUP, Edition
from kdi.report.potentiale_parts import interface

_ASKED = codes.labels("kpi.placering", "maal")
# The four questions of page 1: measure, question, what is measured, and the finding that is about it.
QUESTIONS = {
    "tilslutningsgrad": (_ASKED["tilslutningsgrad"], "Tilslutning: klarmeldte snitflader", "til"),
    "realiseringsgrad": (_ASKED["realiseringsgrad"], "Udbredelse: andel i brug", "udb"),
    "daekningsgrad": (_ASKED["daekningsgrad"], "KLE: emner med sager", "kle"),
    "kald_pr_indbygger": (_ASKED["kald_pr_indbygger"], "Kald pr. indbygger", "fald"),
}
# what cannot be measured is told beside the bar, not in it
STATES = {code: words for code, words in web_blocks.STATES.items() if code != "kan_ikke_maales"}
_OUTCOMES = codes.labels("kpi.skridt", "udfald")
_FEW = 10


def build(edition: Edition, agreements: Agreements, cvr: str) -> Document:
    """The analysis of one municipality; others are named only as its own agreements allow."""
    about = pages.about(edition, agreements, cvr)
    found = {r["slags"]: r for r in about.findings}
    head = next(r for r in about.findings if r["er_overskrift"])
    sections = pages.sections(about)
    return Document(
        title=f"Potentialeanalyse for {about.official}",
        subtitle=f"{danish.quarter(edition.month)} · tal til og med {danish.day(edition.month_end)}",
        product="Potentialeanalyse",
        period=danish.quarter(edition.month),
        audience=about.official,
        headline=head["saetning"],
        lead=_lead(about, head, found),
        front=(
            Paragraph(_standing(about), "heading"),
            Places(tuple(_places(about, head)), f"Siden {danish.month_short(months_before(edition.month, 3))}"),
            *_states(about),
            *_steps(about, found),
            *_followed_up(about),
        ),
        sections=sections,
        definitions=(
            *edition.define("kpi.potentiale_kommune", "mulige", "realiseringsgrad"),
            *edition.define("kpi.tilslutning_kommune", "tilslutningsgrad"),
            *edition.define("kpi.kle_daekning", "daekningsgrad"),
            *edition.define("kpi.kald_pr_indbygger", "kald_pr_indbygger"),
            *edition.define("kpi.teknisk_gaeld", "gaeld"),
        ),
        release=edition.release_id,
        data_through=danish.day(edition.month_end),
        sources=_sources(about),
        notes=(
            "Midten er gennemsnittet af de fem midterste kommuner, så ingen enkelt kommunes tal vises. Kommuner på"
            f" jeres størrelse er størrelsesklasse {about.size.upper() or danish.MISSING}; kommunen selv tæller med.",
            f"»{danish.TOO_FEW}« står, hvor færre end {SMALLEST_GROUP} kommuner ligger bag, eller én står for over"
            " halvdelen. Et fund vejes efter, hvor stort det er, og hvor sikkert; vægtene er åbne (vaegte.csv).",
            *edition.too_young,
        ),
    )


def _lead(about: About, head: Row, found: dict[str, Row]) -> str:
    """What the headline means, and what is good beside it."""
    said = [head["betydning"] or ""]
    known = [p for p in about.places.values() if p["median"] is not None and p["maal"] in QUESTIONS]
    above = lists.count(known, lambda p: p["vaerdi"] > p["median"])
    if head["slags"] == "vel" and known:
        on = "alle fire mål" if above == len(QUESTIONS) else f"{above} af {len(known)} mål"
        said.append(f"{about.name} ligger over midten af de 98 kommuner på {on}.")
    elif "frem" in found:
        said.append(f"Til gengæld: {found['frem']['saetning']}")
    elif "vel" in found and head["slags"] not in ("udb", "vel"):
        said.append(found["vel"]["saetning"])
    return " ".join(s for s in said if s)


def _standing(about: About) -> str:
    possible = about.places.get("realiseringsgrad", {}).get("grundlag", 0)
    return "Her står kommunen" + (" (små tal: én anvendelse flytter meget)" if 0 < possible < 2 * _FEW else "")


def _places(about: About, head: Row) -> list[Place]:
    first = [m for m, (_, _, kind) in QUESTIONS.items() if kind == head["slags"]]
    return [_place(about, m) for m in (*first, *(m for m in QUESTIONS if m not in first))]


def _place(about: About, measure: str) -> Place:
    question, what, _ = QUESTIONS[measure]
    row = about.places.get(measure)
    if measure == "kald_pr_indbygger":
        what = f"{what}, {danish.month_short(about.edition.month)} {about.edition.month.year}"
    if row is None:
        return Place(question, what, "ingen data", "", None, danish.MISSING, danish.MISSING)
    if measure == "kald_pr_indbygger":
        value, beside = danish.small(row["vaerdi"]), f"midten {_of_others(row['median'], danish.small)}"
        change = _year(about)
    else:
        value = f"{danish.number(row['taeller'])} af {danish.number(row['grundlag'])}"
        middle = f"midten {_of_others(row['median'], _share)}"
        beside = middle if row["grundlag"] < _FEW else f"{_share(row['vaerdi'])} · {middle}"
        before = row["taeller_kvartal_foer"]
        change = danish.MISSING if before is None else danish.change(row["taeller"] - before)
    middle_place = row["plads"] + (row["paa_pladsen"] - 1) / 2
    among = row["blandt"]
    return Place(
        question,
        what,
        value,
        beside,
        1 - (middle_place - 1) / (among - 1) if among > 1 else None,
        f"nr. {row['plads']} af {among}{', delt' if row['paa_pladsen'] > 1 else ''}",
        change,
    )


def _year(about: About) -> str:
    row = about.places.get("kald_af_aaret_foer")
    if row is None:
        return danish.MISSING
    said = danish.change(100 * row["vaerdi"] - 100, unit="\u00a0%")
    return f"{said} på et år"


def _share(value: float) -> str:
    return danish.percent(value, 1)


def _of_others(value: float | None, text: Any) -> str:
    return danish.TOO_FEW if value is None else str(text(value))


def _states(about: About) -> list[Block]:
    counts = about.states
    missing, unmeasured, used = about.totals.get("mangler", 0), counts["kan_ikke_maales"], counts["i_brug"]
    if not missing and not used:
        return [Paragraph(f"Vi har ingen data om mulige anvendelser for {about.name}.")]
    note = f"{danish.number(unmeasured)} andre kan ikke måles og er ikke talt med" if unmeasured else ""
    title = f"{danish.number(missing)} anvendelser mangler" if missing else f"Alle {danish.number(used)} er i brug"
    return [States(title, note, tuple(State(code, counts[code], *words) for code, words in STATES.items()))]


def _steps(about: About, found: dict[str, Row]) -> list[Block]:
    chosen = [r for r in about.steps if r["nummer"] is not None]
    names = {0: "Intet skridt", 1: "Ét skridt", 2: "To skridt", 3: "Tre skridt"}
    blocks: list[Block] = [Paragraph(f"{names[len(chosen)]}, der er en samtale værd", "heading")]
    if "drift" in found:
        said = found["drift"]["saetning"].rstrip(".")
        blocks.append(Paragraph(f"{said}, se »Hvad skal ses efter?«.", "note"))
    if not chosen:
        return [*blocks, Paragraph("Intet er stort nok til et skridt; se siden om leverandører.")]
    blocks.append(Steps(tuple(step_of(r) for r in chosen)))
    small = [r for r in about.steps if r["valg"] == "for_smaat" and r["forventede_kald"]][:2]
    if len(chosen) < len(names) - 1 and small:
        said = "; ".join(f"{r['titel']} ({r['tegn_paa_brug'].split(', hvis')[0]})" for r in small)
        blocks.append(Paragraph(f"Der er kun {len(chosen)} skridt. For småt til en samtale: {said}.", "note"))
    return blocks


def step_of(row: Row) -> Step:
    """A step of ``kpi.skridt`` as it is printed."""
    gets = [("Borgeren", row["borger"]), ("Sagsbehandleren", row["sagsbehandler"]), ("It", row["it"])]
    return Step(
        row["titel"],
        row["begrundelse"],
        row["tegn_paa_brug"],
        row["hvem"],
        tuple((whom, what) for whom, what in gets if what),
    )


def _followed_up(about: About) -> list[Block]:
    if about.edition.before is None:
        return []
    rows = [r for r in about.earlier_steps if r["udfald"]]
    if not rows:
        return []
    items = [
        (word, danish.listed([_name(about, r) for r in rows if r["udfald"] == outcome]) + ".", "")
        for outcome, word in _OUTCOMES.items()
        if any(r["udfald"] == outcome for r in rows)
    ]
    heading = Paragraph("Hvad blev der af sidste kvartals skridt?", "heading")
    new = [r for r in municipality.shifts(about.edition, about.cvr) if r["skift"] == "realiseret"]
    if new:
        names = danish.listed([f"{interface(r)} i {about.system(r)}" for r in new[:3]])
        more = f" og {len(new) - 3} andre" if len(new) > 3 else ""
        items.append((_OUTCOMES["taget"], "nye anvendelser uden for listen:", f"{names}{more}."))
    return [heading, Outcomes(tuple(items))]


def _name(about: About, step_of: Row) -> str:
    return about.system(step_of) if step_of["it_system"] else {"kle": "KLE-emnerne", "sapa": "SAPA"}[step_of["slags"]]


def _sources(about: About) -> tuple[str, ...]:
    edition = about.edition
    extract = about.places.get("daekningsgrad", {}).get("dato")
    population = edition.population_quarter if "kald_pr_indbygger" in about.places else None
    dates = [
        f"Klarmeldinger: {edition.status_day or 'ingen'}",
        f"brug: {danish.day(edition.month_end)}",
        f"KLE-udtræk: {danish.day(extract)}" if extract else "KLE-udtræk: intet til og med perioden",
        f"folketal: {danish.day(population)}" if population else "folketal: ikke oplyst",
    ]
    return (
        "; ".join(dates)
        + "."
        + ("" if about.has_sapa else f" Vi har ingen data om SAPA for {about.name}.")
        + " Linjen viser pladsen blandt de 98; det blå felt er den midterste halvdel. Kald er et tegn på brug, ikke en"
        " gevinst.",
    )
