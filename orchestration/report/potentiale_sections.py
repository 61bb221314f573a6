"""The sections of a potential analysis after page 1: what those who do the work need."""

from typing import Any

from orchestration.report import charts, danish, municipality
from orchestration.report.document import Block, Chart, Column, Paragraph, Table
from orchestration.report.indicators import Benchmark
from orchestration.report.potentiale_parts import KEY_FIGURES, Municipality, interface, supplier

STATUS = {
    "realiseret": "I brug",
    "udbredelse": "Udbredelse",
    "tilslutning": "Tilslutning",
    "kan_ikke_maales": "Kan ikke måles",
}


def compared(about: Municipality) -> list[Block]:
    """Key figures beside the last quarter, similar municipalities and the 98."""
    names = [*KEY_FIGURES, "opslag_pr_bruger"]
    marks = [about.benchmark(name) for name in names]
    shares = [b for b in marks if "%" in b.measure.format]
    rows = tuple(
        (
            b.measure.label,
            b.measure.text(b.own),
            b.measure.text(b.before),
            b.others(b.similar),
            b.others(b.median),
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
                Column("Sammenlignelige (midten)", 1.3, right=True),
                Column("De 98 (midten)", 0.8, right=True),
                Column("Plads", 0.8, right=True),
            ),
            rows,
            name="noegletal",
        ),
        Chart(
            f"Her ligger {about.name} blandt de 98 kommuner",
            "Andele. Blå prik: kommunen selv. Gråt felt: den midterste halvdel af de 98 kommuner. Streg: deres midte."
            " Hvid rombe: midten af størrelsesklassen.",
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
            Column("Sammenlignelige (midten)", 1.2, right=True),
        ),
        tuple(
            (
                r["dataomraade"],
                danish.number(r["kald"]),
                measure.text(r["tal"]),
                danish.TOO_FEW if r["sammenlignelige"] is None else measure.text(r["sammenlignelige"]),
            )
            for r in rows
        ),
        name="dataomraader",
        empty="Kommunen har ingen kald i de seneste 12 måneder.",
    )


def systems(about: Municipality) -> list[Block]:
    """Every system and interface with its potential."""
    by_system: dict[str, list[int]] = {}
    for row in about.potential:
        counts = by_system.setdefault(about.system(row), [0] * len(STATUS))
        counts[list(STATUS).index(row["status"])] += 1
    largest = sorted(by_system.items(), key=lambda item: (-item[1][1], -sum(item[1]), item[0]))[:12]
    blocks: list[Block] = []
    if largest and largest[0][1][1]:
        picture = charts.stacked([(name, counts[0], counts[1], counts[2], counts[3]) for name, counts in largest])
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
            f"{danish.counted(len(by_system), 'SKI-system', 'SKI-systemer')} giver"
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
                    interface(r),
                    r["klarmelding"] or "ikke oplyst",
                    STATUS[r["status"]],
                    danish.number(r["kald_12m"]),
                    _expected_text(r),
                    f"{r['aktive']} af {r['anvendere']}",
                )
                for r in about.potential
            ),
            note="I brug: kommunen har kald på 12 måneder. Udbredelse: systemet er klar, men kommunen har ingen kald."
            " Tilslutning: systemet er hverken klarmeldt eller i brug noget sted. Kan ikke måles: ingen i landet er"
            " endnu set kalde snitfladen.",
            name="systemoversigt",
            empty="Registrene viser ingen SKI-systemer i brug i kommunen.",
        )
    )
    return blocks


def _expected_text(row: dict[str, Any]) -> str:
    if row["forventede_kald"] is None:
        return danish.MISSING
    return danish.TOO_FEW if municipality.expected(row) is None else danish.number(row["forventede_kald"])


def gaps(about: Municipality) -> list[Block]:
    """What others have through the same systems: to ask the supplier about."""
    ready = [r for r in about.potential if r["status"] == "udbredelse"]
    named = municipality.users_of(about.edition, about.visible - {about.cvr})
    services = municipality.service_gaps(about.edition, about.cvr)
    return [
        Table(
            f"{danish.counted(len(ready), 'snitflade', 'snitflader')} er klar til udbredelse og bruges ikke",
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
                    supplier(r),
                    interface(r),
                    f"{r['aktive']} af {r['anvendere']}",
                    danish.listed(named.get((r["it_system_uuid"], r["it_system"], r["snitflade"]), []))
                    or "ingen aftale",
                )
                for r in ready
            ),
            note="Andre kommuner nævnes kun, når de har aftalt at dele deres detaljer med jer.",
            name="huller",
            empty="Alt, hvad der er klar til udbredelse, er i brug.",
        ),
        Table(
            f"{danish.counted(len(services), 'service', 'services')} kaldes i andre kommuner med samme system"
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


def subjects(about: Municipality) -> list[Block]:
    """KLE subjects that should have cases."""
    if about.edition.extract is None:
        return [Paragraph("Der er intet udtræk af KLE-sager, så det vides ikke, hvilke emner der mangler sager.")]
    rows = municipality.missing_subjects(about.edition, about.cvr)
    cover = about.benchmark("daekningsgrad")
    when = danish.day(about.edition.extract)
    return [
        Paragraph(
            f"KLE-dækningsgraden er {cover.measure.text(cover.own)}; midten for sammenlignelige kommuner er"
            f" {cover.others(cover.similar)}. Udtrækket er fra {when}."
        ),
        Table(
            f"{danish.counted(len(rows), 'emne', 'emner')} har ingen sager, selv om de er almindelige i"
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


def deviations(about: Municipality) -> list[Block]:
    """Findings of the quarter."""
    if not about.edition.has_hours:
        return [Paragraph("Støttesystemerne er ikke indlæst for kvartalet, så afvigelser kan ikke findes.")]
    rows = municipality.deviations(about.edition, about.cvr)
    return [
        Table(
            f"{danish.counted(len(rows), 'fund', 'fund')} i kvartalet",
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


def as_is(about: Municipality) -> list[Block]:
    """The list of systems, with room for corrections."""
    rows = municipality.systems_in_use(about.edition, about.cvr)
    return [
        Paragraph(
            f"Sådan ser {danish.genitive(about.name)} it-systemer ud i registrene og i kaldene. Ret det, der ikke"
            " passer, tilføj det, der mangler, og send listen til KOMBIT. Hver rettelse gør den næste potentialeanalyse"
            " mere præcis."
        ),
        Table(
            f"{danish.counted(len(rows), 'it-system', 'it-systemer')} står som taget i brug",
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
