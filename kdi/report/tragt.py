"""The funnel for readers: how far each demanded interface is, who waits for whom, since when, and what comes next."""

from functools import cache
from typing import Any

import yaml

from kdi.notation import danish
from kdi.report import codes, lists
from kdi.report.document import Block, Column, Paragraph, Table, tabulate
from kdi.report.edition import Edition
from kdi.report.municipality import SystemNames, lacking, totals_of
from kdi.report.potentiale_parts import interface
from kdi.settings import PROJECT_ROOT

Row = dict[str, Any]
_FUNNEL = "kpi.tilslutning_tragt"
STEPS = codes.labels(_FUNNEL, "trin")
PARTS = codes.labels("kpi.tilslutning_tragt_visning", "del")
WAITING_FOR = codes.labels(_FUNNEL, "naeste_part")
DECLINED = codes.words(_FUNNEL, "fravalg")
NEXT = codes.words(_FUNNEL, "naeste_skridt")
REASONS = codes.words(_FUNNEL, "aarsag")
PHASES = codes.labels("kpi.teknisk_gaeld", "fase")
_MOST = 28


def headline(edition: Edition) -> str:
    """All that is possible beside the agreements there are, and like for like; empty before the first SKI list."""
    row = edition.row("select * from kpi.tilslutning_hovedtal where maaned = $maaned")
    if not row:
        return ""
    return (
        f"{danish.number(row['kommuner'])} kommuner gange {danish.number(row['obligatoriske_par'])} krævede snitflader"
        f" i {danish.number(row['ski_systemer'])} SKI-systemer giver højst {danish.number(row['muligt_loft'])}"
        f" anvendelser; der er set {danish.number(row['serviceaftaler'])} serviceaftaler. Ens for ens er"
        f" {danish.number(row['mulige_i_brug'])} mulige i de systemer, kommunerne bruger:"
        f" {danish.number(row['med_kald'])} har kald, og {danish.number(row['med_aftale'])} har en serviceaftale i"
        " kraft."
        f" {danish.counted(row['kitos_systemer'], 'system', 'systemer')} i brug kendes kun fra registrene."
    )


def of_all(edition: Edition) -> list[Block]:
    """The funnel of all municipalities, as finely as everybody may see it."""
    rows = edition.rows(
        """select * from kpi.tilslutning_tragt_visning
        where maaned = $maaned and niveau = 'k98' and krav = 'obligatorisk' order by antal desc, del, fravalg"""
    )
    table = tabulate(
        "Krævede snitflader i de systemer, kommunerne bruger, efter trin",
        rows,
        (Column("Trin", 2.4), _part),
        (Column("Anvendelser", right=True), lambda r: danish.number(r["antal"])),
        (Column("Kommuner", right=True), lambda r: danish.number(r["kommuner"])),
        name="tragt",
        note="Hvert trin vises kun, når mindst fem kommuner står bag, og ingen har over halvdelen.",
        empty=f"{danish.capital(danish.TOO_FEW)} kommuner til at vise trinnene.",
    )
    said = headline(edition)
    return [Paragraph(said), table] if said else [table]


def _part(row: Row) -> str:
    if row["opdeling"] == "total":
        return "I alt"
    return _in_words(PARTS[row["del"]], row["fravalg"])


def _in_words(step: str, declined: str | None) -> str:
    return f"{step}, {DECLINED[declined]}" if declined else step


def of_municipality(edition: Edition, cvr: str, most: int | None = _MOST) -> tuple[Table, Table]:
    """A municipality's own funnel and who waits for whom, longest first; all of them when ``most`` is None."""
    rows = edition.rows_of(
        cvr,
        """select * from kpi.tilslutning_tragt where maaned = $maaned and krav = 'obligatorisk'
        order by dage desc, it_system collate da, it_system_uuid, snitflade""",
    )
    in_steps = edition.rows_of(
        cvr,
        """select * from kpi.tilslutning_tragt_sum
        where maaned = $maaned and niveau = 'kommune' and krav = 'obligatorisk' order by fravalg""",
    )
    steps = tabulate(
        f"{danish.counted(len(rows), 'krævet snitflade', 'krævede snitflader')} efter trin",
        sorted(in_steps, key=lambda r: list(STEPS).index(r["trin"])),
        (Column("Trin", 2), lambda r: _in_words(STEPS[r["trin"]], r["fravalg"])),
        (Column("Snitflader", right=True), lambda r: danish.number(r["antal"])),
        (Column("Systemer", right=True), lambda r: danish.number(r["systemer"])),
        (Column("Dage på trinnet, midten", 1.3, right=True), lambda r: danish.number(r["dage_midt"])),
        name="tragt",
        empty="Kommunen bruger ingen systemer, der er krav til.",
    )
    return steps, stuck(rows, SystemNames(edition), most)


def stuck(rows: list[Row], names: SystemNames, most: int | None = _MOST) -> Table:
    """Who waits for whom, since when, and what comes next; the longest waits first."""
    waiting = [r for r in rows if r["naeste_skridt"] and not r["kan_ikke_maales"]]
    shown = waiting[:most]
    more = f"Vist: de {len(shown)} af {len(waiting)}, der har ventet længst." if len(waiting) > len(shown) else ""
    return tabulate(
        f"{danish.counted(len(waiting), 'snitflade venter', 'snitflader venter')} på et næste skridt",
        shown,
        (Column("System", 1.7), names),
        (Column("Snitflade", 2.2), interface),
        (Column("Trin", 1.2), lambda r: STEPS[r["trin"]]),
        (Column("Siden", 1), lambda r: f"{r['siden']:%d.%m.%Y}"),
        (Column("Dage", 0.6, right=True), lambda r: danish.number(r["dage"])),
        (Column("Det næste er at", 1.8), _next),
        (Column("Hos", 1.2), lambda r: WAITING_FOR[r["naeste_part"]]),
        name="venter",
        note=more,
        empty="Intet venter.",
    )


def _next(row: Row) -> str:
    why = f" ({REASONS[row['aarsag']]})" if row["aarsag"] else ""
    return NEXT[row["naeste_skridt"]] + why


def _key(row: Row) -> tuple[str, str | None]:
    return row["it_system"], row["it_system_uuid"]


def of_system(edition: Edition, name: str, uuid: str | None, public: bool) -> Table:
    """A system's steps over the municipalities that use it: all of them for KOMBIT, else what everybody may see."""
    table = "kpi.tilslutning_tragt_visning" if public else "kpi.tilslutning_tragt_sum"
    columns = "opdeling, del, fravalg" if public else "'trin' as opdeling, trin as del, fravalg"
    rows = edition.rows(
        f"""select {columns}, antal, kommuner from {table}
        where maaned = $maaned and niveau = 'it_system' and krav = 'obligatorisk'
            and it_system = $navn and it_system_uuid is not distinct from $uuid order by antal desc, del, fravalg""",
        navn=name,
        uuid=uuid,
    )
    return tabulate(
        "Hvor langt er kommunerne?",
        rows,
        (Column("Trin", 2.4), _part),
        (Column("Anvendelser", right=True), lambda r: danish.number(r["antal"])),
        (Column("Kommuner", right=True), lambda r: danish.number(r["kommuner"])),
        name="tragt",
        empty=f"{danish.capital(danish.TOO_FEW)} kommuner til at vise trinnene."
        if public
        else "Ingen kommuner bruger systemet.",
    )


def declined(edition: Edition) -> Table:
    """Why demanded interfaces are declined, and for how many uses."""
    rows = edition.rows(
        """select * from kpi.fravalg_sum where maaned = $maaned and krav = 'obligatorisk'
        order by antal desc, aarsag, fravalg"""
    )
    return tabulate(
        f"{danish.counted(lists.total(rows, 'antal'), 'anvendelse', 'anvendelser')} er fravalgt med en grund",
        rows,
        (Column("Årsag", 2.4), lambda r: danish.capital(REASONS[r["aarsag"]])),
        (Column("Kan ændres", 1), lambda r: "nej" if r["fravalg"] == "aldrig" else "ja"),
        (Column("Anvendelser", right=True), lambda r: danish.number(r["antal"])),
        (Column("Systemer", right=True), lambda r: danish.number(r["systemer"])),
        (Column("Kommuner", right=True), lambda r: danish.number(r["kommuner"])),
        name="fravalgsaarsager",
        empty="Ingen krævede snitflader er fravalgt med en grund.",
    )


@cache
def _blocks() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((PROJECT_ROOT / "reports" / "byggeblokke.yml").read_text(encoding="utf-8"))
    return found


def block_of(snitflade: str, dataomraade: str | None) -> str:
    """The building block that an interface belongs to."""
    for name, numbers in _blocks()["byggeblokke"].items():
        if snitflade in numbers:
            return str(name)
    areas = _blocks()["serviceplatformen"]
    return next((str(name) for name, some in areas.items() if dataomraade in some), list(areas)[-1])


def architects_sheet(edition: Edition, cvr: str, most: int | None = _MOST) -> Table:
    """Systems × building blocks, one mark a cell, with the debt, its age and the life phase at the edge.

    Systems without a demand are left out; those with most debt come first.
    """
    areas = {
        r["snitflade"]: r["dataomraade"] for r in edition.rows("select snitflade, dataomraade from marts.dim_snitflade")
    }
    systems = edition.rows_of(
        cvr,
        """select * from kpi.teknisk_gaeld where maaned = $maaned and (mulige > 0 or udfaset_men_kalder)
        order by gaeld desc, gaeld_maaneder desc, it_system collate da, it_system_uuid""",
    )
    demands = edition.rows_of(
        cvr,
        """select cvr, it_system, it_system_uuid, snitflade, naaet_foerste_kald, kan_ikke_maales,
            trin in ('foerste_kald', 'stabil_brug') as i_brug
        from kpi.tilslutning_tragt where maaned = $maaned and krav = 'obligatorisk'
            and trin <> 'udfaset' and fravalg is distinct from 'aldrig'""",
    )
    cells: dict[tuple[Any, str], list[Row]] = {}
    for row in demands:
        cells.setdefault((_key(row), block_of(row["snitflade"], areas.get(row["snitflade"]))), []).append(row)
    blocks = [*_blocks()["byggeblokke"], *_blocks()["serviceplatformen"]]
    names, shown = SystemNames(edition), systems[:most]
    more = f" Vist: {len(shown)} af {len(systems)} systemer." if len(systems) > len(shown) else ""
    return tabulate(
        lacking(totals_of(edition, cvr)),
        shown,
        (Column("System", 1.6), names),
        *(
            (
                Column(block, 1.12, mark=True),
                lambda r, block=block: _mark(cells.get((_key(r), block), [])),
            )
            for block in blocks
        ),
        (Column("Gæld", 0.5, right=True), lambda r: danish.number(r["gaeld"])),
        (Column("Ældst, mdr.", 0.75, right=True), lambda r: danish.number(r["aeldste_gaeld_maaneder"])),
        (Column("Fase", 0.75), lambda r: PHASES[r["fase"]] + (", kalder" if r["udfaset_men_kalder"] else "")),
        name="byggeblokke",
        note="Klasser: Klassifikation. Sager: Sags- og Dokumentindeks. alle: hver krævet snitflade i byggeblokken er i"
        " brug. nogle: mindst én er. ingen: alle er gæld. kan ikke måles: ingen i landet er endnu set kalde dem. Tom:"
        " intet krav. Gæld: krævede snitflader, der kan måles og ikke er i brug; ældst: måneder, den ældste kunne have"
        f" været i brug.{more}",
        empty="Kommunen bruger ingen systemer, der er krav til.",
    )


def _mark(rows: list[Row]) -> str:
    measured = [r for r in rows if r["i_brug"] or not r["kan_ikke_maales"]]
    if not measured:
        return danish.UNMEASURABLE if rows else ""
    used = [bool(r["i_brug"]) for r in measured]
    return "alle" if all(used) else "nogle" if any(used) else "ingen"
