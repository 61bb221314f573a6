"""SAPA report: which organisation units look up in SAPA, and which have access and do not."""

from typing import Any

from kdi.notation import danish
from kdi.report.curves import curve
from kdi.report.document import (
    Block,
    Column,
    Curves,
    Document,
    Mosaic,
    Paragraph,
    Section,
    Table,
    Tessera,
    Tile,
    Tiles,
    cut,
    tabulate,
)
from kdi.report.edition import Edition

Row = dict[str, Any]


def municipalities(edition: Edition) -> list[Row]:
    """Those that SAPA's deliveries tell of in the month."""
    return edition.rows(
        "select * from kpi.sapa_sum where maaned = $maaned and niveau = 'myndighed' order by kommune collate da"
    )


def build(edition: Edition, cvr: str | None = None) -> Document:
    """The month's report; ``cvr`` for the edition of one municipality, which sees its own units only."""
    units = edition.rows(
        """select * from kpi.sapa where maaned = $maaned and coalesce(cvr = $cvr, true)
        order by kommune collate da, org_enhed collate da, org_enhed_uuid""",
        cvr=cvr,
    )
    known = next((m for m in edition.municipalities if m["cvr"] == cvr), None)
    name = known["navn"] if known else (units[0]["kommune"] if cvr and units else None)
    official = known["officielt_navn"] if known else name
    worst_first = sorted(
        units, key=lambda u: (-u["maaneder_stille"], -(u["brugere"] or 0), u["kommune"], u["org_enhed"])
    )
    return Document(
        title=f"SAPA-rapport for {official}" if official else "SAPA-rapport",
        subtitle=f"{danish.month(edition.month).capitalize()}",
        product="SAPA-rapport",
        period=danish.month(edition.month),
        audience=official or "Alle kommuner · til KOMBIT",
        headline=_headline(edition, cvr),
        front=(_tiles(edition, cvr), *_trend(edition, cvr), *(() if name else (types(edition),))),
        sections=(
            *(() if name else (Section("Kommunerne", (_by_municipality(edition), _mosaic(edition))),)),
            Section(
                "Enhederne, de længst stille først",
                (cut(_all(worst_first, name, edition, _sum_of_month(edition, cvr)), 60),),
            ),
        ),
        definitions=edition.define(
            "kpi.sapa", "sapa_brugere", "sapa_opslag", "opslag_pr_bruger", "sapa_stille_enheder", "maaneder_stille"
        ),
        release=edition.release_id,
        data_through=danish.day(edition.month_end),
    )


def kinds(edition: Edition) -> list[Row]:
    """Names that units in several municipalities have, those with the largest share of silent ones first."""
    return edition.rows(
        """select * from kpi.sapa_sum where maaned = $maaned and niveau = 'enhedstype'
        order by andel_stille desc, enheder desc, enhedstype collate da"""
    )


def _headline(edition: Edition, cvr: str | None) -> str:
    row = _sum_of_month(edition, cvr)
    if not row:
        return "Vi har ingen data om SAPA i måneden."
    worst = next(iter(kinds(edition)), None) if cvr is None else None
    if worst and worst["er_anonym"] and not worst["enheder_i_brug"]:
        return f"{worst['enhedstype']} bruger ikke SAPA i nogen af {worst['myndigheder']} kommuner."
    if not row["enheder_stille"]:
        return f"Alle {danish.number(row['enheder'])} enheder med adgang til SAPA har slået op i måneden."
    return (
        f"{danish.number(row['enheder_stille'])} af {danish.number(row['enheder'])} enheder med adgang til SAPA"
        " er stille."
    )


def table_of_kinds(heading: str, rows: list[Row], *more: tuple[Column, Any], empty: str, note: str = "") -> Table:
    """Which kinds of unit are silent; ``more`` columns stand last."""
    return tabulate(
        heading,
        rows,
        (Column("Slags enhed", 2.4), lambda r: r["enhedstype"]),
        (Column("Kommuner", right=True), lambda r: danish.number(r["myndigheder"])),
        (Column("Enheder", right=True), lambda r: danish.number(r["enheder"])),
        (Column("Heraf stille", right=True), lambda r: danish.number(r["enheder_stille"])),
        *more,
        name="enhedstyper",
        note=note,
        empty=empty,
    )


def types(edition: Edition) -> Table:
    """Which kinds of unit are silent, by the names that several municipalities use."""
    table = table_of_kinds(
        "Hvilke slags enheder er stille?",
        kinds(edition),
        (Column("Brugere", right=True), lambda r: danish.number(r["brugere"])),
        empty="Ingen enheder hedder det samme i flere kommuner.",
    )
    return cut(table, 12)


def _tiles(edition: Edition, cvr: str | None) -> Tiles:
    row = _sum_of_month(edition, cvr)
    figures = [
        ("sapa_opslag", row.get("opslag")),
        ("sapa_brugere", row.get("brugere")),
        ("opslag_pr_bruger", row.get("opslag_pr_bruger")),
        ("sapa_stille_enheder", row.get("enheder_stille")),
    ]
    tiles = [
        Tile(
            m.label,
            m.text(v),
            (f"af {danish.number(row['enheder'])} enheder",) if row and n == "sapa_stille_enheder" else (),
            n,
        )
        for n, v in figures
        for m in [edition.measure(n, "kpi.sapa")]
    ]
    return Tiles(tuple(tiles))


def _sums(edition: Edition, cvr: str | None) -> list[Row]:
    """The months up to the edition's, of one municipality or of all."""
    return edition.rows(
        """select * from kpi.sapa_sum where maaned <= $maaned
        and niveau = if($cvr is null, 'alle', 'myndighed') and cvr is not distinct from $cvr order by maaned""",
        cvr=cvr,
    )


def _sum_of_month(edition: Edition, cvr: str | None) -> Row:
    """The edition's month; empty when nothing is told of it."""
    return next((r for r in _sums(edition, cvr) if r["maaned"] == edition.month), {})


def _trend(edition: Edition, cvr: str | None) -> list[Block]:
    rows = _sums(edition, cvr)[-13:]
    if len(rows) < 2:
        return []
    most = max(rows, key=lambda r: r["opslag"])
    title = f"Flest opslag i {danish.month(most['maaned'])}: {danish.number(most['opslag'])}"
    points = [(r["maaned"], float(r["opslag"])) for r in rows]
    return [Paragraph(title, "heading"), Curves((curve("Opslag i SAPA", "måned for måned", points, danish.number),))]


def _mosaic(edition: Edition) -> Mosaic:
    """All municipalities at one look: how many of their units are in use. For KOMBIT alone."""
    told = {row["cvr"]: row for row in municipalities(edition)}

    def tile(cvr: str, name: str) -> Tessera:
        row = told.get(cvr)
        if row is None:
            return Tessera(name, "ingen data", None)
        used, units = row["enheder_i_brug"], row["enheder"]
        return Tessera(name, f"{used} af {units}", used / units if units else None)

    return Mosaic(
        f"{danish.counted(len(told), 'kommune', 'kommuner')} er med i leverancen",
        "Enheder, der har slået op i måneden, af alle enheder med adgang. Stregen er så lang som andelen.",
        tuple(tile(m["cvr"], m["navn"]) for m in edition.municipalities),
    )


def _by_municipality(edition: Edition) -> Block:
    rows = edition.rows(
        """select * from kpi.sapa_sum where maaned = $maaned and niveau = 'myndighed'
        order by opslag_pr_bruger nulls first, kommune collate da"""
    )
    rate = edition.measure("opslag_pr_bruger", "kpi.sapa")
    most = max(rows, key=lambda r: r["opslag_pr_bruger"] or 0, default=None)
    table = tabulate(
        f"{most['kommune']} slår oftest op pr. bruger; de, der slår mindst op, står først"
        if most
        else "Ingen har adgang",
        rows,
        (Column("Kommune", 2), lambda r: r["kommune"]),
        (Column("Enheder", right=True), lambda r: danish.number(r["enheder"])),
        (Column("Heraf i brug", right=True), lambda r: danish.number(r["enheder_i_brug"])),
        (Column("Brugere", right=True), lambda r: danish.number(r["brugere"])),
        (Column("Opslag", right=True), lambda r: danish.number(r["opslag"])),
        (Column("Opslag pr. bruger", right=True), lambda r: rate.text(r["opslag_pr_bruger"])),
        name="kommuner",
    )
    return cut(table, 28)


def _all(units: list[Row], name: str | None, edition: Edition, month: Row) -> Table:
    since = danish.month(edition.months[0])
    never, silent = month.get("enheder_aldrig", 0), month.get("enheder_stille", 0)
    title = f"{danish.counted(never, 'enhed', 'enheder')} har ikke slået op, siden data begynder i {since}"
    return tabulate(
        title if never else f"{danish.counted(silent, 'enhed', 'enheder')} er stille",
        units,
        *(() if name else ((Column("Kommune", 1.3), lambda u: u["kommune"]),)),
        (Column("Organisationsenhed", 2.2), lambda u: u["org_enhed"] or danish.MISSING),
        (Column("Brugere", 0.8, right=True), lambda u: danish.number(u["brugere"])),
        (Column("Opslag", 0.8, right=True), lambda u: danish.number(u["opslag"])),
        (Column("Opslag på 12 mdr.", 1, right=True), lambda u: danish.number(u["opslag_12m"])),
        (
            Column("Seneste opslag", 2, right=True),
            lambda u: danish.month(u["seneste_opslag"]) if u["seneste_opslag"] else f"ikke siden {since}",
        ),
        (Column("Måneder stille", 0.9, right=True), lambda u: danish.number(u["maaneder_stille"])),
        name="enheder",
        empty="Ingen enheder har adgang efter leverancerne.",
    )
