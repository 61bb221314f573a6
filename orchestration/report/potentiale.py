"""Potentialeanalyse for one municipality: page 1 for the top management, then what those who do the work need."""

from dataclasses import dataclass
from typing import Any

from orchestration.report import charts, danish, findings, municipality
from orchestration.report.agreements import Agreements
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
)
from orchestration.report.edition import SMALLEST_GROUP, Edition
from orchestration.report.indicators import Benchmark, Indicators

STATUS = {"realiseret": "I brug", "udbredelse": "Udbredelse", "tilslutning": "Tilslutning"}
KEY_FIGURES = ("kald_pr_indbygger", "realiseringsgrad", "tilslutningsgrad", "daekningsgrad")
TOO_FEW = "for få"
_MANY = 4


@dataclass(frozen=True)
class Municipality:
    """What the parts of the report are about, asked for once."""

    edition: Edition
    indicators: Indicators
    cvr: str
    name: str
    size: str
    potential: municipality.Rows
    system: municipality.SystemNames
    visible: frozenset[str]

    @property
    def since(self) -> str:
        return danish.month(self.edition.before) if self.edition.before else "kvartalet før"

    def count(self, status: str) -> int:
        return sum(r["status"] == status for r in self.potential)

    def benchmark(self, name: str) -> Benchmark:
        return self.indicators.benchmark(name, self.cvr)


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
            Paragraph(
                findings.realised(about.name, about.count("realiseret"), len(about.potential)) + " " + _split(about)
            ),
            Paragraph(f"Hvad har flyttet sig siden {about.since}?", "heading"),
            Bullets(tuple(_moves(about))),
            Paragraph("De næste tre skridt", "heading"),
            Steps(tuple(next_steps(about))),
            _calls(about),
        ),
        sections=(
            Section("Nøgletal sammenlignet", tuple(_compared(about)), new_page=True),
            Section("Systemoversigt med potentialer", tuple(_systems(about))),
            Section("Spørg leverandøren", tuple(_gaps(about))),
            Section("KLE-numre, der burde have sager", tuple(_subjects(about))),
            Section("Afvigelser, der bør undersøges", tuple(_deviations(about))),
            Section("Ret systemlisten, og send den tilbage", tuple(_as_is(about))),
        ),
        definitions=tuple(
            edition.define(name, table)
            for name, table in (
                ("kald_pr_indbygger", "kpi.kald_pr_indbygger"),
                ("mulige", "kpi.potentiale_kommune"),
                ("realiseret", "kpi.potentiale_kommune"),
                ("udbredelsespotentiale", "kpi.potentiale_kommune"),
                ("tilslutningspotentiale", "kpi.potentiale_kommune"),
                ("realiseringsgrad", "kpi.potentiale_kommune"),
                ("uudnyttede_kald", "kpi.potentiale_kommune"),
                ("forventede_kald", "kpi.potentiale"),
                ("kald_12m", "kpi.potentiale"),
                ("tilslutningsgrad", "kpi.tilslutning_kommune"),
                ("daekningsgrad", "kpi.kle_daekning"),
                ("kle_huller", "kpi.kle_huller"),
                ("udbredelse_huller", "kpi.udbredelse_huller"),
                ("opslag_pr_bruger", "kpi.sapa"),
                ("afvigelser", "kpi.afvigelser"),
            )
        ),
        release=edition.release_id,
        data_through=danish.day(edition.month_end),
        notes=(
            "Sammenlignelige kommuner er kommunerne i samme størrelsesklasse"
            f" ({about.size.upper()}); der sammenlignes med medianen, og kommunen selv tæller med.",
            f"»{TOO_FEW}« står, hvor færre end {SMALLEST_GROUP} kommuner ligger bag, så tallet ville vise en"
            " enkelt kommunes forhold.",
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
                (f"{about.since}: {b.measure.text(b.before)}", f"sammenlignelige: {b.measure.text(b.similar)}"),
                b.measure.name,
            )
            for b in (about.benchmark(name) for name in KEY_FIGURES)
        )
    )


def _calls(about: Municipality) -> Chart:
    calls = charts.trend(
        {
            about.name: about.indicators.calls_over_time(about.cvr),
            "Sammenlignelige": about.indicators.similar_over_time(about.cvr),
        },
        "kald pr. indbygger",
    )
    return Chart(
        f"Kald pr. indbygger i {about.name} måned for måned",
        "Begge platforme; sammenlignelige er medianen i størrelsesklassen.",
        calls.svg,
        calls.alt,
    )


def _split(about: Municipality) -> str:
    spread, connect = about.count("udbredelse"), about.count("tilslutning")
    worth = about.edition.row(
        "select forventede_kald from kpi.potentiale_kommune where maaned = $maaned and cvr = $cvr", cvr=about.cvr
    ).get("forventede_kald")
    text = (
        f"{danish.number(spread)} er klar til at blive taget i brug (udbredelse), og {danish.number(connect)} kræver, at"
        " leverandøren først tilslutter systemet (tilslutning)."
    )
    return f"{text} Det uudnyttede svarer til {danish.rounded(worth)} kald på 12 måneder." if worth else text


def _moves(about: Municipality) -> list[str]:
    if about.edition.before is None:
        return ["Der er ingen tal for kvartalet før, så intet kan sammenlignes endnu."]
    realised = about.benchmark("realiseringsgrad")
    moves = [f"Realiseringsgraden er {realised.measure.text(realised.own)}: "
             f"{findings.moved(realised.own, realised.before, about.since)}."]  # fmt: skip
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
    system, supplier = about.system(row), _supplier(row)
    users = f"{row['aktive']} af de {row['anvendere']} kommuner, der bruger systemet, kalder snitfladen."
    if row["status"] == "tilslutning":
        text = f"Ingen kommune kalder den endnu gennem systemet. Aftal med {supplier}, hvornår den bliver klarmeldt."
    elif row["klarmelding"] == "Klarmeldt":
        text = f"{users} {danish.capital(supplier)} har klarmeldt den: bed om at få den åbnet hos jer."
    else:
        text = f"{users} Den er ikke klarmeldt: spørg {supplier}, hvad der skal til hos jer."
    return Step(
        f"{_interface(row)} i {system}",
        text,
        f"{danish.rounded(calls)} kald om året" if calls is not None else "kan ikke beregnes endnu",
    )


def _supplier(row: dict[str, Any]) -> str:
    return str(row["leverandoer"]) if row["leverandoer"] and row["leverandoer"] != "Ukendt" else "leverandøren"


def _interface(row: dict[str, Any]) -> str:
    number, name = row["snitflade"], row["snitflade_navn"]
    return str(number) if not name or name == number else f"{number} {name}"


def _compared(about: Municipality) -> list[Block]:
    names = [*KEY_FIGURES, "opslag_pr_bruger"]
    marks = [about.benchmark(name) for name in names]
    shares = [b for b in marks if "%" in b.measure.format]
    rows = tuple(
        (
            b.measure.label,
            b.measure.text(b.own),
            b.measure.text(b.before),
            b.measure.text(b.similar),
            b.measure.text(b.median),
            f"{b.place} af {b.among}" if b.place else danish.MISSING,
        )
        for b in marks
    )
    shown = charts.spread(
        [charts.Spread(b.measure.label, b.own, b.low, b.median, b.high, b.similar) for b in shares], about.name
    )
    return [
        Table(
            _place_sentence(marks[1], about),
            (
                Column("Nøgletal", 2.2),
                Column(danish.month(about.edition.month).capitalize(), right=True),
                Column(about.since.capitalize(), right=True),
                Column("Sammenlignelige (median)", 1.3, right=True),
                Column("De 98 (median)", 0.8, right=True),
                Column("Plads", 0.8, right=True),
            ),
            rows,
            name="noegletal",
        ),
        Chart(
            f"Her ligger {about.name} blandt de 98 kommuner",
            "Andele. Blå prik: kommunen selv. Gråt felt: den midterste halvdel af de 98 kommuner. Streg: deres median."
            " Hvid rude: medianen i størrelsesklassen.",
            shown.svg,
            shown.alt,
        ),
        _areas(about),
    ]


def _place_sentence(mark: Benchmark, about: Municipality) -> str:
    if mark.place is None:
        return f"{about.name} har ingen realiseringsgrad at sammenligne"
    return f"{about.name} er nummer {mark.place} af {mark.among} i realiseringsgrad"


def _areas(about: Municipality) -> Table:
    rows = municipality.data_areas(about.edition, about.cvr)
    measure = about.edition.measure("kald_pr_indbygger", "kpi.kald_pr_indbygger")
    title = f"Flest kald gælder {rows[0]['dataomraade']}" if rows else "Ingen kald i måneden"
    return Table(
        title,
        (
            Column("Dataområde", 2),
            Column("Kald i måneden", right=True),
            Column("Pr. indbygger", right=True),
            Column("Sammenlignelige (median)", 1.2, right=True),
        ),
        tuple(
            (
                r["dataomraade"],
                danish.number(r["kald"]),
                measure.text(r["tal"]),
                measure.text(r["sammenlignelige"]),
            )
            for r in rows
        ),
        name="dataomraader",
        empty="Kommunen har ingen kald i de seneste 12 måneder.",
    )


def _systems(about: Municipality) -> list[Block]:
    by_system: dict[str, list[int]] = {}
    for row in about.potential:
        counts = by_system.setdefault(about.system(row), [0, 0, 0])
        counts[list(STATUS).index(row["status"])] += 1
    largest = sorted(by_system.items(), key=lambda item: (-item[1][1], -sum(item[1]), item[0]))[:12]
    blocks: list[Block] = []
    if largest and largest[0][1][1]:
        picture = charts.stacked([(name, counts[0], counts[1], counts[2]) for name, counts in largest])
        blocks.append(
            Chart(
                f"{largest[0][0]} har flest snitflader, der er klar til udbredelse",
                "Obligatoriske snitflader pr. system"
                + (f"; de {len(largest)} systemer med mest at udbrede." if len(by_system) > len(largest) else "."),
                picture.svg,
                picture.alt,
            )
        )
    blocks.append(
        Table(
            f"{danish.capital(danish.count(len(by_system), 'SKI-system', 'SKI-systemer'))} giver"
            f" {danish.number(len(about.potential))} mulige anvendelser",
            (
                Column("System", 1.7),
                Column("Snitflade", 2.4),
                Column("Klarmelding", 1.05),
                Column("Status", 1.25, mark=True),
                Column("Kald på 12 mdr.", 1.1, right=True),
                Column("Forventet på 12 mdr.", 1.1, right=True),
                Column("I brug i kommuner", 0.95, right=True),
            ),
            tuple(
                (
                    about.system(r),
                    _interface(r),
                    r["klarmelding"] or "ikke oplyst",
                    STATUS[r["status"]],
                    danish.number(r["kald_12m"]),
                    _expected_text(r),
                    f"{r['aktive']} af {r['anvendere']}",
                )
                for r in about.potential
            ),
            note="I brug: kommunen har kald på 12 måneder. Udbredelse: systemet er klar, men kommunen har ingen kald."
            " Tilslutning: systemet er hverken klarmeldt eller i brug noget sted.",
            name="systemoversigt",
            empty="Registrene viser ingen SKI-systemer i brug i kommunen.",
        )
    )
    return blocks


def _expected_text(row: dict[str, Any]) -> str:
    if row["forventede_kald"] is None:
        return danish.MISSING
    return TOO_FEW if municipality.expected(row) is None else danish.number(row["forventede_kald"])


def _gaps(about: Municipality) -> list[Block]:
    gaps = [r for r in about.potential if r["status"] == "udbredelse"]
    named = municipality.users_of(about.edition, about.visible - {about.cvr})
    services = municipality.service_gaps(about.edition, about.cvr)
    return [
        Table(
            f"{danish.capital(danish.count(len(gaps), 'snitflade', 'snitflader'))} er klar til udbredelse og bruges ikke",
            (
                Column("System", 1.6),
                Column("Leverandør", 1.4),
                Column("Snitflade", 2.4),
                Column("Kommuner, der har den", 1, right=True),
                Column("Spørg dem", 2),
            ),
            tuple(
                (
                    about.system(r),
                    _supplier(r),
                    _interface(r),
                    f"{r['aktive']} af {r['anvendere']}",
                    danish.listed(named.get((r["it_system_uuid"], r["it_system"], r["snitflade"]), []))
                    or "ingen aftale",
                )
                for r in gaps
            ),
            note="Andre kommuner nævnes kun, når de har aftalt at dele deres detaljer med jer.",
            name="huller",
            empty="Alt, hvad der er klar til udbredelse, er i brug.",
        ),
        Table(
            f"{danish.capital(danish.count(len(services), 'service', 'services'))} kaldes i andre kommuner med samme system"
            if services
            else "Ingen services kaldes kun i andre kommuner",
            (
                Column("System", 1.6),
                Column("Service", 2.4),
                Column("Snitflade", 0.9),
                Column("Kommuner med kald", 1, right=True),
                Column("Forventet på 12 mdr.", 1, right=True),
            ),
            tuple(
                (
                    about.system(r),
                    f"{r['service']} {r['version'] or ''}".strip(),
                    r["snitflade"],
                    f"{r['aktive']} af {r['anvendere']}",
                    _expected_text(r),
                )
                for r in services
            ),
            note="Alle it-systemer med kald, også dem uden for SKI’s liste.",
            name="servicehuller",
            empty="Kommunen kalder alle de services, som andre kalder gennem de samme systemer.",
        ),
    ]


def _subjects(about: Municipality) -> list[Block]:
    rows = municipality.missing_subjects(about.edition, about.cvr)
    cover = about.benchmark("daekningsgrad")
    when = danish.day(about.edition.extract) if about.edition.extract else "udtrækket"
    return [
        Paragraph(
            f"KLE-dækningsgraden er {cover.measure.text(cover.own)}; medianen for sammenlignelige kommuner er"
            f" {cover.measure.text(cover.similar)}. Udtrækket er fra {when}."
        ),
        Table(
            f"{danish.capital(danish.count(len(rows), 'emne', 'emner'))} har ingen sager, selv om de er almindelige i"
            " størrelsesklassen",
            (
                Column("KLE-nummer", 0.8),
                Column("Emne", 3),
                Column("Hovedgruppe", 2.4),
                Column("Kommuner i klassen med sager", 1.2, right=True),
            ),
            tuple(
                (
                    r["kle_nummer"],
                    r["emne"] or danish.MISSING,
                    f"{r['hovedgruppe']} {r['hovedgruppe_titel'] or ''}".strip(),
                    f"{r['kommuner_med_sager']} af {r['kommuner_i_klassen']}",
                )
                for r in rows
            ),
            note="Kun om der er sager, aldrig hvor mange.",
            name="kle_huller",
            empty="Kommunen har sager på alle emner, der er almindelige i størrelsesklassen.",
        ),
    ]


def _deviations(about: Municipality) -> list[Block]:
    rows = municipality.deviations(about.edition, about.cvr)
    return [
        Table(
            f"{danish.capital(danish.count(len(rows), 'fund', 'fund'))} i kvartalet",
            (Column("Fra", 0.9), Column("Til", 0.9), Column("Hvad der skete", 5), Column("Vurdering", 0.9)),
            tuple(
                (_short(r["fra"]), _short(r["til"]), r["forklaring"], r["vurdering"] or "ikke vurderet") for r in rows
            ),
            note="Støttesystemerne dag for dag, sammenlignet med de otte foregående dage af samme slags.",
            name="afvigelser",
            empty="Der er ikke fundet afvigelser i kvartalet.",
        )
    ]


def _short(when: Any) -> str:
    return f"{when:%d-%m-%Y}"


def _as_is(about: Municipality) -> list[Block]:
    rows = municipality.systems_in_use(about.edition, about.cvr)
    return [
        Paragraph(
            f"Sådan ser {danish.genitive(about.name)} it-systemer ud i registrene og i kaldene. Ret det, der ikke passer, tilføj"
            " det, der mangler, og send listen til KOMBIT. Hver rettelse gør næste kvartals potentialeanalyse mere præcis."
        ),
        Table(
            f"{danish.capital(danish.count(len(rows), 'it-system', 'it-systemer'))} står som taget i brug",
            (
                Column("System", 1.9),
                Column("Leverandør", 1.5),
                Column("Oplyst af", 1.1),
                Column("Kald på 12 mdr.", 1, right=True),
                Column("I brug? (ja/nej)", 0.9),
                Column("Rettelse", 1.8),
            ),
            tuple(
                (
                    about.system(r),
                    r["leverandoer"] if r["leverandoer"] != "Ukendt" else danish.MISSING,
                    r["kilder"] or "kun kald",
                    danish.number(r["kald"]),
                    "",
                    "",
                )
                for r in rows
            ),
            note=f"{danish.MISSING} betyder, at leverandøren ikke er oplyst.",
            name="as_is",
            empty="Ingen registre og ingen kald viser it-systemer i kommunen.",
        ),
    ]
