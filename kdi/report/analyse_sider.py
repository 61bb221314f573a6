"""The pages of a potential analysis after page 1: what those who do the work need, sorted by worth and cut."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kdi.notation import danish
from kdi.publish.agreements import Agreements
from kdi.report import lists, municipality, tragt
from kdi.report.curves import curve
from kdi.report.document import (
    Bars,
    Block,
    Bullets,
    Column,
    Curve,
    Curves,
    Paragraph,
    Section,
    Stacks,
    Table,
    cut,
    tabulate,
)
from kdi.report.edition import SMALLEST_GROUP, Edition
from kdi.report.potentiale_parts import interface
from kdi.report.small_counts import expected, few, few_of
from kdi.report.web_blocks import STATES

Row = dict[str, Any]
# interfaces that a sentence names
_NAMED = 4
CODES = tuple(STATES)
WORDS = tuple(word for word, _ in STATES.values())
_MEASURES = {
    "tilslutningsgrad": "Tilslutning: klarmeldte",
    "realiseringsgrad": "Andel i brug",
    "daekningsgrad": "KLE-emner med sager",
    "kald_pr_indbygger": "Kald pr. indbygger",
    "opslag_pr_bruger": "SAPA-opslag pr. bruger",
}


@dataclass(frozen=True)
class About:
    """What the analysis is about, and what the marts say of it."""

    edition: Edition
    cvr: str
    name: str
    official: str
    size: str
    system: municipality.SystemNames
    visible: frozenset[str]

    @cached_property
    def findings(self) -> list[Row]:
        return self._own("select * from kpi.fund where maaned = $maaned order by cvr, nummer")

    @cached_property
    def steps(self) -> list[Row]:
        return self._own(
            "select * from kpi.skridt where maaned = $maaned order by cvr, nummer nulls last, score desc, titel"
        )

    @cached_property
    def earlier_steps(self) -> list[Row]:
        return self._own("select * from kpi.skridt where maaned = $foer and nummer is not null order by cvr, nummer")

    @cached_property
    def places(self) -> dict[str, Row]:
        return {
            r["maal"]: r for r in self._own("select * from kpi.placering where maaned = $maaned order by cvr, maal")
        }

    @cached_property
    def history(self) -> list[Row]:
        return self._own("select cvr, maaned, maal, vaerdi from kpi.placering where maaned <= $maaned order by maaned")

    @cached_property
    def uses(self) -> list[Row]:
        return self._own(
            """select * from kpi.potentiale where maaned = $maaned
            order by cvr, forventede_kald desc nulls last, it_system collate da, it_system_uuid, snitflade"""
        )

    @cached_property
    def debt(self) -> list[Row]:
        return self._own(
            """select * from kpi.teknisk_gaeld where maaned = $maaned
            order by cvr, gaeld_maaneder desc, it_system collate da, it_system_uuid"""
        )

    @cached_property
    def units(self) -> list[Row]:
        return self._own(
            """select * from kpi.sapa where maaned = $maaned
            order by cvr, maaneder_stille desc, brugere desc, org_enhed collate da"""
        )

    @cached_property
    def declared(self) -> list[Row]:
        """What all suppliers have declared otherwise in the quarter."""
        return self.edition.rows(
            """select * from kpi.klarmelding_haendelser where statusdato between $kvartalets_foerste and $slut
            order by statusdato desc, retning, it_system, snitflade"""
        )

    @cached_property
    def totals(self) -> Row:
        """The possible uses added up; empty where there are none."""
        return municipality.totals_of(self.edition, self.cvr)

    @cached_property
    def states(self) -> dict[str, int]:
        return municipality.states_of(self.totals)

    @property
    def has_sapa(self) -> bool:
        return bool(self.units)

    def interfaces(self, codes: str) -> str:
        """The names of a step's interfaces: the first of many, and how many others."""
        names = [self.edition.interfaces[code] for code in codes.split(", ")]
        more = len(names) - _NAMED
        return danish.listed([*names[:_NAMED], f"{danish.number(more)} andre"] if more > 1 else names)

    def limit(self, rows: int) -> int:
        """How many rows a list shows: half of it for the smallest municipalities, whose analysis is shorter."""
        return max(6, rows // 2) if self.size == "z" else rows

    def _own(self, sql: str) -> list[Row]:
        return self.edition.rows_of(self.cvr, sql)


def about(edition: Edition, agreements: Agreements, cvr: str) -> About:
    """The municipality with what its readers may see of others."""
    known = next(m for m in edition.municipalities if m["cvr"] == cvr)
    return About(
        edition,
        cvr,
        known["navn"],
        known["officielt_navn"],
        known["xyz_klasse"] or "",
        municipality.SystemNames(edition),
        agreements.visible_to(cvr),
    )


def sections(of: About) -> tuple[Section, ...]:
    """All that has something to say. Short ones share a page: what would be torn apart moves to the next by itself."""
    pages = (
        _progress(of),
        _steps(of),
        _systems(of),
        _suppliers(of),
        _subjects(of),
        _sapa(of),
        _debt(of),
        _deviations(of),
        _worked(of),
        _list(of),
    )
    return tuple(page for page in pages if page)


Page = Section | None


def _progress(of: About) -> Page:
    measures = [
        m for m in ("realiseringsgrad", "tilslutningsgrad", "daekningsgrad", "kald_pr_indbygger") if m in of.places
    ]
    if not measures:
        return None
    rows = [of.places[m] for m in _MEASURES if m in of.places]
    table = tabulate(
        "Kommunen ved siden af de andre",
        rows,
        (Column("Mål", 1.7), lambda r: _MEASURES[r["maal"]]),
        (Column("Nu", right=True), lambda r: _value(r, r["vaerdi"])),
        (Column("Kvartalet før", right=True), lambda r: _value(r, r["vaerdi_kvartal_foer"])),
        (Column("Året før", right=True), lambda r: _value(r, r["vaerdi_aar_foer"])),
        (Column("Midten, jeres størrelse", 1.3, right=True), lambda r: _others(r, r["klassens_median"])),
        (Column("Midten, de 98", right=True), lambda r: _others(r, r["median"])),
        (
            Column("Plads", right=True),
            lambda r: f"{r['plads']} af {r['blandt']}" + (", delt" if r["paa_pladsen"] > 1 else ""),
        ),
        name="noegletal",
    )
    curves = Curves(tuple(_curve(of, m) for m in measures))
    return Section(_moved(of), (curves, table), new_page=True)


def _moved(of: About) -> str:
    """The page's heading: how the share in use went, or the declarations, where data are too young for that."""
    for measure, what in (("realiseringsgrad", "Andelen i brug"), ("tilslutningsgrad", "Andelen, der er klarmeldt,")):
        row = of.places.get(measure, {})
        for column, since in (("vaerdi_aar_foer", "på et år"), ("vaerdi_kvartal_foer", "siden kvartalet før")):
            if row.get(column) is not None:
                return f"Går det frem? {what} er {_way(row['vaerdi'], row[column])} {since}"
    return "Går det frem?"


def _way(now: float, before: float) -> str:
    points = round(100 * now, 1) - round(100 * before, 1)
    if abs(points) < 0.05:
        return "uændret"
    return f"{'op' if points > 0 else 'ned'} {danish.number(abs(points), 1)} procentpoint"


def _value(row: Row, value: float | None) -> str:
    if value is None:
        return danish.MISSING
    return danish.percent(value, 1) if row["maal"].endswith("grad") else danish.small(value)


def _others(row: Row, value: float | None) -> str:
    return danish.TOO_FEW if value is None else _value(row, value)


def _curve(of: About, measure: str) -> Curve:
    share = measure.endswith("grad")
    points, younger = [(r["maaned"], r["vaerdi"]) for r in of.history if r["maal"] == measure][-24:], ""
    if measure == "realiseringsgrad":
        points, younger = of.edition.like_now(points)
    text = (lambda v: danish.percent(v, 1)) if share else danish.small
    unit = f"andel{younger}" if share else "kald pr. indbygger i måneden"
    return curve(_MEASURES[measure], unit, points, text)


def _systems(of: About) -> Page:
    sheet = cut(tragt.architects_sheet(of.edition, of.cvr, most=None), of.limit(28))
    if not sheet.rows:
        return None
    return Section("Hvor står systemerne?", (sheet,))


def _steps(of: About) -> Page:
    chosen = [r for r in of.steps if r["nummer"] is not None]
    blocks: list[Block] = []
    for row in chosen:
        lines = [row["begrundelse"]]
        if row["slags"] in ("aabn", "kraev", "bevis"):
            lines.append(f"{_others_too(row['andre_kommuner'])} mangler det samme.")
            lines.append(f"Til at kopiere: {_demand(of, row)}")
        lines.append(f"Hvem: {row['hvem']}. Tegn på brug: {row['tegn_paa_brug']}.")
        blocks += [Paragraph(f"{row['nummer']}. {row['titel']}", "heading"), Bullets(tuple(lines))]
    more = [r for r in of.steps if r["valg"] == "flere"]
    if more:
        table = tabulate(
            f"{danish.counted(len(more), 'skridt', 'skridt')} mere er stort nok",
            more,
            (Column("Skridt", 3), lambda r: r["titel"]),
            (Column("Tegn på brug", 1.6), lambda r: r["tegn_paa_brug"]),
            (Column("Vægt", 0.4, right=True), lambda r: danish.number(r["score"])),
            name="flere_skridt",
        )
        blocks.append(cut(table, of.limit(8)))
    return Section("Hvad kræver skridtene?", tuple(blocks)) if blocks else None


def _others_too(number: int) -> str:
    if number and number < SMALLEST_GROUP:
        return f"{danish.capital(few(number))} andre kommuner"
    return danish.counted(number, "anden kommune", "andre kommuner")


def _demand(of: About, row: Row) -> str:
    which, system = of.interfaces(row["snitflader"]), of.system(row)
    if row["slags"] == "kraev":
        return f"»Vi beder jer klarmelde {which} i {system} og sige, hvornår den kan bruges.«"
    if row["slags"] == "bevis":
        return f"»{which} er klarmeldt i {system}. Vis os, i hvilken kommune det er i drift.«"
    return f"»Andre kommuner bruger {which} i {system}. Hvad skal der til, før vi gør det samme?«"


def _suppliers(of: About) -> Page:
    missing = [r for r in of.uses if r["tilstand"] not in ("i_brug", "kan_ikke_maales")]
    if not missing:
        return None
    uses: dict[str, list[Row]] = {}
    for r in of.uses:
        uses.setdefault(r["leverandoer"], []).append(r)
    by_supplier = {supplier: lists.tally(rows, "tilstand") for supplier, rows in uses.items()}
    weight = {s: c["andre_i_gang"] + c["klarmeldt_ubrugt"] + c["ikke_klar"] for s, c in by_supplier.items()}
    ranked = sorted(
        (s for s in by_supplier if weight[s]), key=lambda s: (-weight[s], -by_supplier[s]["andre_i_gang"], s)
    )
    shown = of.limit(15)
    stacks = Stacks(
        "",
        "Leverandør",
        tuple((s, tuple(by_supplier[s][c] for c in CODES), danish.number(weight[s])) for s in ranked[:shown]),
        CODES,
        WORDS,
        "Mangler",
        f"Vist: {shown} af {len(ranked)} leverandører; resten står i anvendelser.csv, som er vedhæftet."
        if len(ranked) > shown
        else "",
    )
    top, all_missing = of.totals["mangler_hos_tre"], of.totals["mangler"]
    title = f"Hvem skal vi tale med? {top} af {all_missing} ligger hos tre leverandører"
    if len(ranked) <= 3:
        title = f"Hvem skal vi tale med? {danish.counted(len(ranked), 'leverandør', 'leverandører')}"
    return Section(title, (stacks, _uses(of, missing)))


def _uses(of: About, missing: list[Row]) -> Table:
    named = municipality.users_of(of.edition, of.visible - {of.cvr})
    order = {"andre_i_gang": 0, "klarmeldt_ubrugt": 1, "ikke_klar": 2}
    rows = sorted(missing, key=lambda r: (order[r["tilstand"]], -(_expected(r) or 0), -r["aktive"]))
    words = {"andre_i_gang": "Andre er i gang", "klarmeldt_ubrugt": "Klarmeldt, men ubrugt", "ikke_klar": "Ikke klar"}

    def others(r: Row) -> str:
        names = named.get((r["it_system_uuid"], r["it_system"], r["snitflade"]), [])
        asked = f"; spørg {danish.listed(names[:3])}" if names else ""
        return few_of(r["aktive"], r["anvendere"]) + asked

    table = tabulate(
        "De anvendelser, der mangler, mest ventet brug først",
        rows,
        (Column("System", 1.4), of.system),
        (Column("Snitflade", 2.2), interface),
        (Column("Tilstand", 1.4, mark=True), lambda r: words[r["tilstand"]]),
        (Column("Kommuner i gang", 1.3), others),
        (Column("Kald om året, ca.", 0.9, right=True), expected),
        name="anvendelser",
        note="" if of.visible - {of.cvr} else "Ingen andre kommuner har aftalt at vise jer deres navne.",
    )
    return cut(table, of.limit(12))


def _expected(row: Row) -> float | None:
    return row["forventede_kald"] if row["er_anonym"] else None


def _subjects(of: About) -> Page:
    place = of.places.get("daekningsgrad")
    if place is None:
        return Section(f"Hvilke sager mangler? Der er intet udtræk for {of.name} til og med perioden", ())
    missing = of.edition.rows(
        """select * from kpi.kle_huller where udtraeksdato = $dato and cvr = $cvr
        order by kommuner_med_sager desc, kle_nummer""",
        dato=place["dato"],
        cvr=of.cvr,
    )
    if not missing:
        return Section("Hvilke sager mangler? Alle almindelige emner har sager", ())
    groups = lists.tally(missing, "hovedgruppe_titel").most_common(20)
    bars = [
        Bars(
            "Emner uden sager efter hovedgruppe",
            ("Hovedgruppe", "Emner uden sager"),
            tuple((name, float(count), str(count)) for name, count in groups),
        )
    ]
    table = tabulate(
        "De emner, flest på jeres størrelse har sager på",
        missing,
        (Column("KLE-nummer", 0.7), lambda r: r["kle_nummer"]),
        (Column("Emne", 3), lambda r: r["emne"] or danish.MISSING),
        (
            Column("Kommuner med sager", 1, right=True),
            lambda r: f"{r['kommuner_med_sager']} af {r['kommuner_i_klassen']}",
        ),
        name="kle_huller",
        note="Regnet blandt kommuner på jeres størrelse.",
    )
    title = (
        f"Hvilke sager mangler? {danish.number(len(missing))} af {danish.number(place['grundlag'])} almindelige emner"
    )
    return Section(title, (*(bars if groups[0][1] > 1 else []), cut(table, of.limit(15))))


def _sapa(of: About) -> Page:
    if not of.units:
        return None
    units = municipality.units_in_sapa(of.edition, of.cvr)
    table = tabulate(
        "",
        of.units,
        (Column("Enhed", 2.4), lambda u: u["org_enhed"] or danish.MISSING),
        (Column("Brugere", 0.8, right=True), lambda u: danish.number(u["brugere"])),
        (Column("Opslag", 0.8, right=True), lambda u: danish.number(u["opslag"])),
        (Column("Opslag på 12 mdr.", right=True), lambda u: danish.number(u["opslag_12m"])),
        (Column("Seneste opslag", 1.6), lambda u: _last_look(of, u)),
        name="sapa",
    )
    said = f"{units['enheder_stille']} af {units['enheder']} enheder har ikke slået op i måneden"
    if not units["enheder_stille"]:
        said = f"Alle {units['enheder']} enheder har slået op i måneden"
    return Section(f"Bruger enhederne SAPA? {said}", (cut(table, of.limit(20)),))


def _last_look(of: About, unit: Row) -> str:
    if unit["seneste_opslag"]:
        return danish.month(unit["seneste_opslag"])
    return f"ikke siden {danish.month(of.edition.months[0])}"


def _debt(of: About) -> Page:
    owed = [r for r in of.debt if r["gaeld"] > 0]
    if not owed:
        return None
    oldest = lists.largest(owed, "aeldste_gaeld_maaneder")
    table = tabulate(
        "",
        owed,
        (Column("System", 1.8), of.system),
        (Column("Leverandør", 1.4), lambda r: r["leverandoer"]),
        (Column("Anvendelser i gæld", right=True), lambda r: danish.number(r["gaeld"])),
        (Column("Ældste, måneder", right=True), lambda r: danish.number(r["aeldste_gaeld_maaneder"])),
        (Column("I alt, måneder", right=True), lambda r: danish.number(r["gaeld_maaneder"])),
        (Column("Siden sidst", 0.9, right=True), lambda r: danish.change(r["gaeld_aendring"])),
        name="gaeld",
        note="Gæld er krævede snitflader, der kan måles og ikke er i brug; måneder, de kunne have været i brug.",
    )
    title = f"Hvor gammel er gælden? Den ældste har ventet {danish.count(oldest, 'måned', 'måneder')}"
    return Section(title, (cut(table, of.limit(15)),))


def _deviations(of: About) -> Page:
    rows = sorted(
        municipality.deviations(of.edition, of.cvr), key=lambda r: -abs((r["observeret"] or 0) - (r["forventet"] or 0))
    )
    if not rows:
        return None
    table = tabulate(
        "",
        rows,
        (Column("Hvornår", 0.9), lambda r: f"{r['fra']:%d.%m.%Y}"),
        (Column("System", 1.2), of.system),
        (Column("Hvad der skete", 4), lambda r: r["forklaring"]),
        name="afvigelser",
    )
    title = f"Hvad skal ses efter? {danish.counted(len(rows), 'afvigelse', 'afvigelser')} på tre måneder"
    return Section(title, (cut(table, of.limit(10)),))


def _worked(of: About) -> Page:
    own = {(r["it_system_uuid"], r["it_system"], r["snitflade"]) for r in of.uses}
    rows = [r for r in of.declared if (r["it_system_uuid"], r["it_system"], r["snitflade"]) in own]
    if not rows:
        return None
    ahead = lists.count(rows, lambda r: r["retning"] in ("frem", "ny"))
    table = tabulate(
        "",
        rows,
        (Column("Dato", 0.8), lambda r: f"{r['statusdato']:%d.%m.%Y}"),
        (Column("System", 1.4), of.system),
        (Column("Snitflade", 2), interface),
        (Column("Fra", 1), lambda r: r["fra"] or "ikke oplyst"),
        (Column("Til", 1), lambda r: r["til"] or "ikke oplyst"),
        (Column("Efter dage", 0.7, right=True), lambda r: danish.number(r["dage"])),
        name="flyttet",
    )
    title = f"Hvad har leverandørerne flyttet? {ahead} frem, {len(rows) - ahead} tilbage eller ud"
    return Section(title, (cut(table, of.limit(15)),))


def _list(of: About) -> Page:
    rows = municipality.systems_in_use(of.edition, of.cvr)
    doubtful = [r for r in rows if not r["kilder"] or not r["kald_12m"] or not r["it_system_uuid"]]
    if not rows:
        return None

    def why(r: Row) -> str:
        if not r["kilder"]:
            return "kalder, men står i intet register"
        return "kendes kun ved navn" if not r["it_system_uuid"] else "ingen kald på 12 måneder"

    table = tabulate(
        "",
        sorted(doubtful, key=lambda r: (bool(r["kilder"]), -r["kald_12m"])),
        (Column("System", 2), of.system),
        (Column("Leverandør", 1.6), lambda r: r["leverandoer"]),
        (Column("Register", 1), lambda r: r["kilder"] or danish.MISSING),
        (Column("Kald på 12 mdr.", right=True), lambda r: danish.number(r["kald_12m"])),
        (Column("Hvorfor usikkert", 2.2), why),
        name="systemliste",
        note="Ret dem i kommunens registre, eller skriv til afsenderen nederst på siden.",
        empty="Alle systemer står i et register og har kald.",
    )
    title = f"Passer listen? {len(doubtful)} af {len(rows)} systemer er usikre"
    return Section(title, (cut(table, of.limit(15)),))
