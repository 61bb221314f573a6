"""The front sheet: who, when, the headline, four figures, the steps, what else there is, and what it is made of.

It fits one screen of 1366 × 768 and is all written values.
"""

from typing import Any

from kdi.excel.contents import NUMBER
from kdi.excel.figures import FIGURES
from kdi.excel.pivots import Filled
from kdi.excel.reader import Reader
from kdi.excel.sheets import Sheet, write_cell
from kdi.excel.styles import Styles
from kdi.notation import danish
from kdi.report import sources
from kdi.report.edition import Edition
from kdi.report.imprint import Imprint

_WIDTHS = (44, 14, 18, 20, 92)
# Characters to a line of a step.
_TITLE, _SAID = 68, 112
_FOUR = ("realiseringsgrad", "tilslutningsgrad", "kald_pr_indbygger", "daekningsgrad")
_FIGURE = {figure.measure: figure for figure in FIGURES}


def write_front(
    page: Any,
    reader: Reader,
    edition: Edition,
    imprint: Imprint,
    styles: Styles,
    sheets: list[Sheet],
    pivots: list[Filled],
) -> None:
    """Write the sheet; links lead to the sheets that have rows."""
    page.hide_gridlines(2)
    for place, width in enumerate(_WIDTHS):
        page.set_column(place, place, width)
    page.set_row(0, 28)
    page.write_string(0, 0, f"KDI i tal: {official_name(reader, edition)}", styles.title)
    published = f"Publicering {edition.release_id}."
    page.write_string(
        1, 0, f"Data til og med {danish.month(edition.month)}. {published} {_access(reader)}", styles.second
    )
    made_up = "Demodata: opdigtede tal og leverandører. " if imprint.is_made_up else ""
    contact = f" Spørgsmål: {imprint.contact}." if imprint.contact else ""
    page.write_string(2, 0, f"{made_up}Udgivet af {imprint.sender}.{contact}", styles.second)
    page.set_row(4, 20)
    page.write_string(4, 0, _headline(reader, edition), styles.lead)
    if reader.cvr is None:
        below = _four_of_country(page, 6, reader, edition, styles)
    else:
        below = _four(page, 6, reader, edition, styles)
        below = _steps(page, below + 1, reader, edition, styles)
    below = _contents(page, below + 1, styles, sheets, pivots)
    _sources(page, below + 1, edition, styles)


def _access(reader: Reader) -> str:
    if reader.sees is None:
        return "Alle kommuner. Kun til KOMBIT."
    if len(reader.sees) > 1:
        return f"Egne tal, og i tabellerne også {len(reader.sees) - 1} kommuners, som har aftalt at dele dem."
    return "Kun kommunens egne tal; andres indgår kun i anonyme fordelinger."


def official_name(reader: Reader, edition: Edition) -> str:
    """What the municipality calls itself."""
    if reader.cvr is None:
        return reader.name
    row = edition.row("select officielt_navn from marts.dim_myndighed where cvr = $cvr", cvr=reader.cvr)
    return str(row["officielt_navn"])


def _headline(reader: Reader, edition: Edition) -> str:
    if reader.cvr:
        chosen = "select saetning from kpi.fund where maaned = $maaned and cvr = $cvr and er_overskrift"
        row = edition.row(chosen, cvr=reader.cvr)
        return str(row["saetning"]) if row else f"Vi har ingen data om {reader.name}."
    row = edition.row("select * from kpi.potentiale_k98 where maaned = $maaned")
    if not row:
        return "Vi har ingen data om mulige anvendelser."
    measured = row["mulige"] - row["kan_ikke_maales"]
    return (
        f"{danish.number(row['realiseret'])} af {danish.number(measured)} målbare anvendelser er i brug. Yderligere"
        f" {danish.number(row['andre_i_gang'])} er i gang i andre kommuner."
    )


def _four(page: Any, top: int, reader: Reader, edition: Edition, styles: Styles) -> int:
    """Four figures with the middle and the place, the headline's first; returns the row after them."""
    _headings(page, top, styles, ("Nøgletal", "Værdi", "Midten", "Plads", "Definition"))
    places = edition.rows(
        """select * from kpi.placering
        where maaned = $maaned and cvr = $cvr and list_contains($fire, maal) order by list_position($fire, maal)""",
        cvr=reader.cvr,
        fire=list(_FOUR),
    )
    head = edition.row(
        "select maal from kpi.fund where maaned = $maaned and cvr = $cvr and er_overskrift", cvr=reader.cvr
    )
    rows = sorted(places, key=lambda r: r["maal"] != head.get("maal"))
    for number, row in enumerate(rows, start=top + 1):
        measure = _FIGURE[row["maal"]].of_catalogue(edition)
        form = styles.number(measure.format)
        shared = ", delt" if row["paa_pladsen"] > 1 else ""
        page.write_string(number, 0, measure.label, styles.text)
        write_cell(page, number, 1, row["vaerdi"], form)
        write_cell(page, number, 2, danish.TOO_FEW if row["median"] is None else row["median"], form)
        page.write_string(number, 3, f"{row['plads']} af {row['blandt']}{shared}", styles.right)
        page.write_string(number, 4, f"{measure.definition.split('. ')[0].rstrip('.')}.", styles.after_number)
    return top + len(rows) + 1


def _steps(page: Any, top: int, reader: Reader, edition: Edition, styles: Styles) -> int:
    """The talks worth having, each with what the figures say; returns the row after them."""
    chosen = "select * from kpi.skridt where maaned = $maaned and cvr = $cvr and valg = 'valgt' order by nummer"
    rows = edition.rows(chosen, cvr=reader.cvr)
    _headings(page, top, styles, ("Skridt, der er en samtale værd", "", "", "Hvem og hvorfor", ""))
    if not rows:
        page.write_string(top + 1, 0, "Intet er stort nok til et skridt.", styles.text)
        return top + 2
    for number, row in enumerate(rows, start=top + 1):
        title = f"{row['nummer']}. {row['titel']}"
        said = f"{danish.capital(row['hvem'] or '')}. {row['begrundelse'] or ''}".removeprefix(". ")
        page.merge_range(number, 0, number, 2, title, styles.wrapped_strong)
        page.merge_range(number, 3, number, 4, said, styles.wrapped)
        lines = max(-(-len(title) // _TITLE), -(-len(said) // _SAID))
        page.set_row(number, 15.0 * lines)
    return top + len(rows) + 1


def _four_of_country(page: Any, top: int, reader: Reader, edition: Edition, styles: Styles) -> int:
    """Four key figures; returns the row after them."""
    _headings(page, top, styles, ("Nøgletal", "Værdi", "", "", "Definition"))
    for number, name in enumerate(_FOUR, start=top + 1):
        value, measure = _FIGURE[name].value(reader, edition), _FIGURE[name].of_catalogue(edition)
        page.write_string(number, 0, measure.label, styles.text)
        shown = danish.MISSING if value is None else float(value)
        write_cell(page, number, 1, shown, styles.number(measure.format))
        page.write_string(number, 4, f"{measure.definition.split('. ')[0].rstrip('.')}.", styles.after_number)
    return top + len(_FOUR) + 1


def _contents(page: Any, top: int, styles: Styles, sheets: list[Sheet], pivots: list[Filled]) -> int:
    _headings(page, top, styles, ("Ark", "Rækker", "Pivottabel", "Indhold", ""))
    for number, sheet in enumerate(sheets, start=top + 1):
        page.write_url(number, 0, f"internal:'{sheet.data.sheet}'!A1", styles.link, sheet.data.sheet)
        page.write_number(number, 1, len(sheet.rows), styles.numbers[NUMBER])
        own = [f.pivot.sheet for f in pivots if f.pivot in sheet.data.pivots]
        if own:
            page.write_url(number, 2, f"internal:'{own[0]}'!A1", styles.link_after_number, own[0])
        page.write_string(number, 3, sheet.told, styles.text)
    return top + len(sheets) + 1


def _sources(page: Any, top: int, edition: Edition, styles: Styles) -> None:
    """How far what each source has delivered reaches."""
    said = "; ".join(f"{s.name} {danish.day(s.newest)}" for s in sources.of(edition) if s.newest)
    page.write_string(top, 0, f"Data til og med: {said}.", styles.second)


def _headings(page: Any, row: int, styles: Styles, labels: tuple[str, ...]) -> None:
    for place, label in enumerate(labels):
        look = styles.heading_of_numbers if label in ("Værdi", "Midten", "Plads", "Rækker") else styles.heading
        if label in ("Definition", "Pivottabel"):
            look = styles.heading_after_number
        page.write_string(row, place, label, look)
