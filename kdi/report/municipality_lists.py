"""The lists behind a municipality's front page, whole: a screen sorts, narrows and saves them. Each is a page."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from kdi.notation import danish
from kdi.report import lists, municipality, tragt
from kdi.report.document import Block, Column, Paragraph, tabulate
from kdi.report.edition import Edition
from kdi.report.imprint import Imprint
from kdi.report.municipality import SystemNames
from kdi.report.potentiale_parts import interface, supplier
from kdi.report.small_counts import expected, few_of
from kdi.report.web_blocks import STATES

Row = dict[str, Any]
# file name, title, what it says in a sentence, blocks
Listed = tuple[str, str, str, Sequence[Block]]
WHOM_TO_ASK = "Kommuner, I kan spørge"


@dataclass(frozen=True)
class Reader:
    """The municipality that pages are about, and whose details their reader may see by name."""

    edition: Edition
    cvr: str
    name: str
    visible: frozenset[str]
    is_own: bool
    imprint: Imprint

    @cached_property
    def system(self) -> SystemNames:
        return SystemNames(self.edition)

    @cached_property
    def potential(self) -> list[Row]:
        return municipality.potential_of(self.edition, self.cvr)

    @cached_property
    def totals(self) -> Row:
        return municipality.totals_of(self.edition, self.cvr)


def of(about: Reader) -> Iterator[Listed]:
    """Every list that has something to say."""
    yield _systems(about)
    yield _others(about)
    yield _sheet(about)
    yield _waiting(about)
    yield _subjects(about)
    yield _deviations(about)
    yield from _units(about)
    if about.is_own:
        yield _registered(about)


def _in_state(rows: list[Row], state: str) -> int:
    return lists.count(rows, lambda r: r["tilstand"] == state)


def _systems(about: Reader) -> Listed:
    by_system: dict[str, list[Row]] = {}
    for row in about.potential:
        by_system.setdefault(about.system(row), []).append(row)
    rows: list[Row] = [{"navn": name, "raekker": found} for name, found in by_system.items()]
    rows.sort(key=lambda r: -_in_state(r["raekker"], "andre_i_gang"))
    table = tabulate(
        "Systemerne, dem med mest i gang hos andre først",
        rows,
        (Column("System", 2), lambda r: r["navn"]),
        (Column("Leverandør", 1.6), lambda r: danish.capital(supplier(r["raekker"][0]))),
        *(
            (
                Column(danish.capital(word), right=True),
                lambda r, state=state: danish.number(_in_state(r["raekker"], state)),
            )
            for state, (word, _) in STATES.items()
        ),
        name="systemer",
        empty="Registrene viser ingen systemer i brug med krav om snitflader.",
    )
    uses = tabulate(
        f"{danish.counted(len(about.potential), 'mulig anvendelse', 'mulige anvendelser')}",
        about.potential,
        (Column("System", 1.7), about.system),
        (Column("Snitflade", 2.4), interface),
        (Column("Tilstand", 1.25, mark=True), lambda r: STATES[r["tilstand"]][0]),
        (Column("Klarmelding", 1.05), lambda r: r["klarmelding"] or "ikke oplyst"),
        (Column("Kald på 12 mdr.", 1.1, right=True), lambda r: danish.number(r["kald_12m"])),
        (Column("Kald, som hos andre", 1.1, right=True), expected),
        (Column("I brug i kommuner", 0.95, right=True), _in_use),
        note="Kald, som hos andre: midten af de kommuner, der bruger den, ganget med jeres folketal.",
        name="systemoversigt",
        empty="Registrene viser ingen systemer i brug med krav om snitflader.",
    )
    return (
        "systemer",
        "Systemer og snitflader",
        f"{municipality.lacking(about.totals)}.",
        (table, uses) if rows else (table,),
    )


def _in_use(row: Row) -> str:
    if row["tilstand"] == "kan_ikke_maales":
        return danish.UNMEASURABLE
    return few_of(row["aktive"], row["anvendere"])


def _others(about: Reader) -> Listed:
    """What others have through the same systems: to ask the supplier about."""
    rows = [r for r in about.potential if r["tilstand"] == "andre_i_gang"]
    rows.sort(key=lambda r: (-(r["forventede_kald"] or 0) if r["er_anonym"] else 0, -r["aktive"]))
    named = municipality.users_of(about.edition, about.visible - {about.cvr})

    def whom(row: Row) -> str:
        return danish.listed(named.get((row["it_system_uuid"], row["it_system"], row["snitflade"]), []))

    columns: list[tuple[Column, Callable[[Row], str]]] = [
        (Column("System", 1.6), about.system),
        (Column("Snitflade", 2.4), interface),
        (Column("Leverandør", 1.4), lambda r: danish.capital(supplier(r))),
        (Column("Kommuner, der bruger den", 1, right=True), lambda r: few_of(r["aktive"], r["anvendere"])),
        (Column("Kald, som hos andre", 1.1, right=True), expected),
    ]
    if any(whom(r) for r in rows):
        columns.append((Column(WHOM_TO_ASK, 2), whom))
    table = tabulate(
        "Mest ventet brug først",
        rows,
        *columns,
        note="Andre kommuner nævnes kun, når de har aftalt at dele deres detaljer med jer.",
        name="huller",
        empty="Alt, hvad andre kommuner bruger i de samme systemer, bruger I også.",
    )
    said = f"{danish.counted(len(rows), 'anvendelse', 'anvendelser')} er i gang i andre kommuner med samme system."
    return "andre-er-i-gang", "Det, andre er i gang med", said, (table,)


def _sheet(about: Reader) -> Listed:
    table = tragt.architects_sheet(about.edition, about.cvr, most=None)
    sheet = replace(table, title="Systemer og byggeblokke, med gælden i kanten")
    return "arkitektens-ark", "Arkitektens ark", f"{table.title}.", (sheet,)


def _waiting(about: Reader) -> Listed:
    steps, waiting = tragt.of_municipality(about.edition, about.cvr, most=None)
    longest = replace(waiting, title="Dem, der har ventet længst, først")
    return "hvem-venter", "Hvem venter på hvem?", f"{waiting.title}.", (longest, steps)


def _subjects(about: Reader) -> Listed:
    edition, title = about.edition, "KLE-emner uden sager"
    if edition.extract is None:
        why = Paragraph(
            "Der er intet udtræk af KLE-sager til og med perioden, så det vides ikke, hvilke emner der mangler sager."
        )
        return "kle", title, "Vi har ingen data om KLE-sager.", (why,)
    rows = edition.rows_of(
        about.cvr,
        """select * from kpi.kle_huller where udtraeksdato = $udtraek
        order by kommuner_med_sager / nullif(cast(kommuner_i_klassen as double), 0) desc, kle_nummer""",
    )
    table = tabulate(
        "De mest almindelige først",
        rows,
        (Column("Emne", 3), lambda r: r["emne"] or r["kle_nummer"]),
        (Column("KLE-nummer", 0.8), lambda r: r["kle_nummer"]),
        (Column("Hovedgruppe", 2.4), lambda r: f"{r['hovedgruppe']} {r['hovedgruppe_titel'] or ''}".strip()),
        (
            Column("Kommuner på jeres størrelse med sager", 1.2, right=True),
            lambda r: f"{r['kommuner_med_sager']} af {r['kommuner_i_klassen']}",
        ),
        note="Kun om der er sager, aldrig hvor mange.",
        name="kle_huller",
        empty="Alle almindelige emner har sager.",
    )
    said = (
        f"{danish.counted(len(rows), 'almindeligt emne', 'almindelige emner')} mangler sager i det fælles indeks, efter"
        f" udtrækket fra {danish.day(edition.extract)}."
        if rows
        else "Alle almindelige emner har sager."
    )
    return "kle", title, said, (table,)


def _deviations(about: Reader) -> Listed:
    title = "Afvigelser"
    if not about.edition.has_hours:
        said = "Støttesystemerne er ikke indlæst for kvartalet, så afvigelser kan ikke findes."
        return "afvigelser", title, said, ()
    rows = municipality.deviations(about.edition, about.cvr)
    table = tabulate(
        "De nyeste først",
        rows,
        (Column("Hvad der skete", 5), lambda r: r["forklaring"]),
        (Column("Fra", 0.9), lambda r: f"{r['fra']:%d.%m.%Y}"),
        (Column("Til", 0.9), lambda r: f"{r['til']:%d.%m.%Y}"),
        (Column("Vurdering", 0.9), lambda r: r["vurdering"] or "ikke vurderet"),
        note="Støttesystemerne dag for dag, sammenlignet med de otte foregående dage af samme slags.",
        name="afvigelser",
        empty="Der er ikke fundet afvigelser i de seneste tre måneder.",
    )
    many = danish.counted(len(rows), "afvigelse", "afvigelser")
    said = f"{many} bør ses af den driftsansvarlige." if rows else "Intet afviger fra det sædvanlige."
    return "afvigelser", title, said, (table,)


def _units(about: Reader) -> Iterator[Listed]:
    rows = about.edition.rows_of(
        about.cvr,
        """select * from kpi.sapa where maaned = $maaned
        order by maaneder_stille desc, brugere desc, org_enhed collate da""",
    )
    if not rows:
        return
    units = municipality.units_in_sapa(about.edition, about.cvr)
    table = tabulate(
        "Enhederne, de længst stille først",
        rows,
        (Column("Organisationsenhed", 2.4), lambda r: r["org_enhed"] or danish.MISSING),
        (Column("Brugere", right=True), lambda r: danish.number(r["brugere"])),
        (Column("Opslag i måneden", right=True), lambda r: danish.number(r["opslag"])),
        (Column("Opslag på 12 mdr.", right=True), lambda r: danish.number(r["opslag_12m"])),
        (Column("Måneder stille", right=True), lambda r: danish.number(r["maaneder_stille"])),
        name="enheder",
    )
    many = danish.count(units["enheder"], "enhed", "enheder")
    said = f"{danish.number(units['enheder_stille'])} af {many} med adgang slog ikke op i måneden."
    yield "sapa", "Bruger enhederne SAPA?", said, (table,)


def _registered(about: Reader) -> Listed:
    rows = municipality.systems_in_use(about.edition, about.cvr)
    whom = about.imprint.contact or about.imprint.sender
    table = tabulate(
        f"{danish.counted(len(rows), 'it-system', 'it-systemer')} er i brug efter registre eller kald",
        rows,
        (Column("System", 1.9), about.system),
        (Column("Leverandør", 1.5), lambda r: r["leverandoer"] if r["leverandoer"] != "Ukendt" else "ikke oplyst"),
        (Column("Oplyst af", 1.1), lambda r: r["kilder"] or "kun kald"),
        (Column("Kald på 12 mdr.", 1, right=True), lambda r: danish.number(r["kald_12m"])),
        name="systemliste",
        empty="Ingen registre og ingen kald viser it-systemer i kommunen.",
    )
    asked = Paragraph(
        f"Hent listen som CSV, ret det, der ikke passer, tilføj det, der mangler, og send den til {whom}. Hver rettelse"
        " gør de næste tal mere præcise."
    )
    return (
        "systemliste",
        "Passer listen?",
        f"Sådan ser {danish.genitive(about.name)} it-systemer ud i registrene.",
        (asked, table),
    )
