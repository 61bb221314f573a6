"""Potentialeanalyse for one municipality: page 1 for the top management, then what those who do the work need."""

from typing import Any

from orchestration.publish.agreements import Agreements
from orchestration.report import charts, danish, findings, municipality, tragt
from orchestration.report import potentiale_sections as sections
from orchestration.report.document import (
    Block,
    Bullets,
    Chart,
    Document,
    Paragraph,
    Section,
    Step,
    Steps,
    Tile,
    Tiles,
)
from orchestration.report.edition import SMALLEST_GROUP, Edition
from orchestration.report.indicators import Indicators
from orchestration.report.potentiale_parts import KEY_FIGURES, Municipality, interface, supplier

_MANY = 4


def build(
    edition: Edition, indicators: Indicators, agreements: Agreements, cvr: str, viewer: str | None = None
) -> Document:
    """The report of one municipality, with others named only as the agreements of whoever reads it allow.

    Args:
        viewer: the municipality that reads it, when that is another one; empty for the public.
    """
    known = next(m for m in edition.municipalities if m["cvr"] == cvr)
    about = Municipality(
        edition,
        indicators,
        cvr,
        known["navn"],
        known["xyz_klasse"] or "",
        municipality.potential(edition, cvr),
        municipality.SystemNames(edition),
        agreements.visible_to(cvr if viewer is None else viewer or None),
    )
    return Document(
        title=f"Potentialeanalyse for {about.name} Kommune",
        subtitle=f"{danish.quarter(edition.month)} · tal til og med {danish.day(edition.month_end)}",
        audience=f"{about.name} Kommune",
        headline=headline(about),
        front=(
            tiles(about),
            Paragraph(_realised(about)),
            Paragraph(f"Hvad har flyttet sig siden {about.since}?", "heading"),
            Bullets(tuple(_moves(about))),
            Paragraph("De næste tre skridt", "heading"),
            Steps(tuple(next_steps(about))),
            _calls(about),
        ),
        sections=(
            Section("Nøgletal sammenlignet", tuple(sections.compared(about)), new_page=True),
            Section("Systemoversigt med potentialer", tuple(sections.systems(about))),
            Section("Arkitektens ark", (tragt.architects_sheet(edition, cvr),), new_page=True),
            Section("Hvem venter på hvem?", tuple(tragt.of_municipality(edition, cvr)), new_page=True),
            Section("Spørg leverandøren", tuple(sections.gaps(about))),
            Section("KLE-numre, der burde have sager", tuple(sections.subjects(about))),
            Section("Afvigelser, der bør undersøges", tuple(sections.deviations(about))),
            Section("Ret systemlisten, og send den tilbage", tuple(sections.as_is(about))),
        ),
        definitions=(
            *edition.define("kpi.kald_pr_indbygger", "kald_pr_indbygger"),
            *edition.define(
                "kpi.potentiale_kommune", "mulige", "realiseret", "udbredelsespotentiale", "tilslutningspotentiale"
            ),
            *edition.define("kpi.potentiale_kommune", "realiseringsgrad", "uudnyttede_kald"),
            *edition.define("kpi.potentiale", "forventede_kald", "kald_12m"),
            *edition.define("kpi.teknisk_gaeld", "gaeld", "aeldste_gaeld_maaneder"),
            *edition.define("kpi.tilslutning_kommune", "tilslutningsgrad"),
            *edition.define("kpi.kle_daekning", "daekningsgrad"),
            *edition.define("kpi.kle_huller", "kle_huller"),
            *edition.define("kpi.udbredelse_huller", "udbredelse_huller"),
            *edition.define("kpi.sapa", "opslag_pr_bruger"),
            *edition.define("kpi.afvigelser", "afvigelser"),
        ),
        release=edition.release_id,
        data_through=danish.day(edition.month_end),
        notes=(
            "Sammenlignelige kommuner er kommunerne i samme størrelsesklasse"
            f" ({about.size.upper()}); der sammenlignes med midten, gennemsnittet af de fem midterste, og kommunen selv"
            " tæller med.",
            f"»{danish.TOO_FEW}« står, hvor færre end {SMALLEST_GROUP} kommuner ligger bag, eller én står for over"
            " halvdelen, så tallet ville vise en enkelt kommunes forhold.",
        ),
    )


def headline(about: Municipality) -> str:
    """How much the municipality uses the infrastructure, beside those like it."""
    calls = about.benchmark("kald_pr_indbygger")
    return findings.compared(
        about.name, "bruger infrastrukturen", calls.own, calls.similar, "pr. indbygger", "sammenlignelige kommuner"
    )


def tiles(about: Municipality) -> Tiles:
    """The four key figures with what they are compared with."""
    return Tiles(
        tuple(
            Tile(
                b.measure.label,
                b.measure.text(b.own),
                (f"{about.since}: {b.measure.text(b.before)}", f"sammenlignelige: {b.others(b.similar)}"),
                b.measure.name,
            )
            for b in (about.benchmark(name) for name in KEY_FIGURES)
        )
    )


def _calls(about: Municipality) -> Block:
    own = about.indicators.calls_over_time(about.cvr)
    if not any(value is not None for _, value in own):
        return Paragraph("Kald pr. indbygger kan ikke vises over tid: kommunens folketal er ikke oplyst.")
    calls = charts.trend(
        {
            about.name: own,
            "Sammenlignelige": about.indicators.similar_over_time(about.cvr),
        },
        "kald pr. indbygger",
    )
    return Chart(
        f"Kald pr. indbygger i {about.name} måned for måned",
        "Begge platforme; sammenlignelige er midten af størrelsesklassen.",
        calls.svg,
        calls.alt,
    )


def _realised(about: Municipality) -> str:
    said = findings.realised(about.name, about.count("realiseret"), len(about.potential))
    return f"{said} {_split(about)}".strip()


def _split(about: Municipality) -> str:
    if not about.potential:
        return ""
    spread, connect = about.count("udbredelse"), about.count("tilslutning")
    worth = municipality.expected_unused(about.edition, about.cvr)
    text = (
        f"{danish.number(spread)} er klar til at blive taget i brug (udbredelse), og {danish.number(connect)} kræver,"
        " at leverandøren først tilslutter systemet (tilslutning)."
    )
    if unmeasured := about.count("kan_ikke_maales"):
        text += f" {danish.number(unmeasured)} kan ikke måles: ingen er endnu set kalde snitfladen."
    if not worth:
        return text
    return (
        f"{text} Hvor mindst {danish.count(SMALLEST_GROUP, 'kommune', 'kommuner')} bruger snitfladen, svarer det"
        f" uudnyttede til {danish.rounded(worth)} kald på 12 måneder."
    )


def _moves(about: Municipality) -> list[str]:
    if about.edition.before is None:
        return ["Der er ingen tal for kvartalet før, så intet kan sammenlignes endnu."]
    realised = about.benchmark("realiseringsgrad")
    moves = [
        f"Realiseringsgraden er {realised.measure.text(realised.own)}: "
        f"{findings.moved(realised.own, realised.before, about.since)}."
    ]
    shifts = municipality.shifts(about.edition, about.cvr)
    for kind, said in (("realiseret", "Taget i brug hos jer"), ("bortfaldet", "Ikke længere i brug hos jer")):
        names = [f"{r['snitflade']} i {about.system(r)}" for r in shifts if r["skift"] == kind]
        if names:
            moves.append(f"{said}: {_some(names)}.")
    if not any(r["skift"] == "realiseret" for r in shifts):
        moves.append("Ingen nye snitflader er taget i brug hos jer.")
    declared = [
        f"{r['snitflade']} i {about.system(r)}" for r in municipality.new_declarations(about.edition, about.cvr)
    ]
    if declared:
        moves.append(f"Leverandører har klarmeldt: {_some(declared)}.")
    return moves


def _some(names: list[str]) -> str:
    """At most four by name, the rest as a number."""
    if len(names) <= _MANY:
        return danish.listed(names)
    return f"{', '.join(names[:_MANY])} og {len(names) - _MANY} andre"


def next_steps(about: Municipality) -> list[Step]:
    """The three with most expected calls; without an expectation come those that most municipalities could use."""
    worth = [(r, municipality.expected(r)) for r in about.potential if r["status"] != "realiseret"]
    ranked = sorted(
        worth,
        key=lambda p: (
            p[1] is None,
            -(p[1] or 0),
            -p[0]["aktive"],
            -p[0]["anvendere"],
            p[0]["it_system"],
            p[0]["snitflade"],
        ),
    )
    return [_step(about, row, calls) for row, calls in ranked[:3]]


def _step(about: Municipality, row: dict[str, Any], calls: float | None) -> Step:
    system, maker = about.system(row), supplier(row)
    users = f"{row['aktive']} af de {row['anvendere']} kommuner, der bruger systemet, kalder snitfladen."
    if row["status"] == "tilslutning":
        text = f"Ingen kommune kalder den endnu gennem systemet. Aftal med {maker}, hvornår den bliver klarmeldt."
    elif row["klarmelding"] == "Klarmeldt":
        text = f"{users} {danish.capital(maker)} har klarmeldt den: bed om at få den åbnet hos jer."
    else:
        text = f"{users} Den er ikke klarmeldt: spørg {maker}, hvad der skal til hos jer."
    return Step(
        f"{interface(row)} i {system}",
        text,
        f"{danish.rounded(calls)} kald om året" if calls is not None else "kan ikke beregnes endnu",
    )
