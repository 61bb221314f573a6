"""The front sheet: who, when, the headline, four figures, what else is in the workbook, and what it is made of.

It fits one screen of 1366 × 768 and is all written values.
"""

from typing import Any

from orchestration.excel.contents import NUMBER
from orchestration.excel.figures import FIGURES
from orchestration.excel.pivots import Filled
from orchestration.excel.reader import Reader
from orchestration.excel.sheets import Sheet, write_cell
from orchestration.excel.styles import Styles
from orchestration.report import danish
from orchestration.report.edition import Edition

_WIDTHS = (44, 16, 22, 104)
_FOUR = ("realiseringsgrad", "tilslutningsgrad", "kald_pr_indbygger", "daekningsgrad")


def write_front(
    page: Any, reader: Reader, edition: Edition, styles: Styles, sheets: list[Sheet], pivots: list[Filled]
) -> None:
    """Write the sheet; links lead to the sheets that have rows."""
    page.hide_gridlines(2)
    for place, width in enumerate(_WIDTHS):
        page.set_column(place, place, width)
    page.set_row(0, 28)
    page.write_string(0, 0, f"KDI i tal: {reader.name}", styles.title)
    published = f"Publicering {edition.release_id}."
    page.write_string(
        1, 0, f"Data til og med {danish.month(edition.month)}. {published} {_access(reader)}", styles.second
    )
    page.set_row(3, 20)
    page.write_string(3, 0, _headline(reader, edition), styles.lead)
    below = _four(page, 5, reader, edition, styles)
    below = _contents(page, below + 1, styles, sheets, pivots)
    _sources(page, below + 1, edition, styles)


def _access(reader: Reader) -> str:
    if reader.sees is None:
        return "Alle kommuner. Kun til KOMBIT."
    if len(reader.sees) > 1:
        return f"Egne tal, og i tabellerne også {len(reader.sees) - 1} kommuners, som har aftalt at dele dem."
    return "Kun kommunens egne tal; andres indgår kun i anonyme fordelinger."


def _headline(reader: Reader, edition: Edition) -> str:
    own = f" and cvr = '{reader.cvr}'" if reader.cvr else ""
    row = edition.row(
        "select sum(mulige) as mulige, sum(realiseret) as i_brug, sum(andre_i_gang) as andre"
        f" from kpi.potentiale_kommune where maaned = $maaned{own}"
    )
    if not row["mulige"]:
        return f"Vi har ingen data om mulige anvendelser for {reader.name}."
    used = f"{danish.number(row['i_brug'])} af {danish.number(row['mulige'])} mulige anvendelser er i brug."
    if not row["andre"]:
        return used
    return f"{used} Yderligere {danish.number(row['andre'])} er i gang i andre kommuner."


def _four(page: Any, top: int, reader: Reader, edition: Edition, styles: Styles) -> int:
    """Four key figures; returns the row after them."""
    _headings(page, top, styles, ("Nøgletal", "Værdi", "", "Definition"))
    measures = {name: measure for (name, _), measure in edition.measures.items()}
    wanted = {figure.measure: figure for figure in FIGURES}
    for number, name in enumerate(_FOUR, start=top + 1):
        ((value,),) = edition.connection.execute(wanted[name].sql(reader)).fetchall()
        page.write_string(number, 0, measures[name].label, styles.text)
        shown = danish.MISSING if value is None else float(value)
        write_cell(page, number, 1, shown, styles.number(measures[name].format))
        page.write_string(number, 3, measures[name].definition, styles.text)
    return top + len(_FOUR) + 1


def _contents(page: Any, top: int, styles: Styles, sheets: list[Sheet], pivots: list[Filled]) -> int:
    _headings(page, top, styles, ("Ark", "Rækker", "Pivottabel", "Indhold"))
    for number, sheet in enumerate(sheets, start=top + 1):
        page.write_url(number, 0, f"internal:'{sheet.data.sheet}'!A1", styles.link, sheet.data.sheet)
        page.write_number(number, 1, len(sheet.rows), styles.numbers[NUMBER])
        own = [f.pivot.sheet for f in pivots if f.pivot in sheet.data.pivots]
        if own:
            page.write_url(number, 2, f"internal:'{own[0]}'!A1", styles.link, own[0])
        page.write_string(number, 3, sheet.told, styles.text)
    return top + len(sheets) + 1


def _sources(page: Any, top: int, edition: Edition, styles: Styles) -> None:
    """The newest delivery of each source that counts."""
    rows = edition.rows(
        "select kilde, max(periode) as periode from marts.leverance_log where status like 'publiceret%' group by kilde"
        " order by kilde"
    )
    said = "; ".join(f"{row['kilde']} {row['periode']}" for row in rows)
    page.write_string(top, 0, f"Nyeste leverancer: {said}.", styles.second)


def _headings(page: Any, row: int, styles: Styles, labels: tuple[str, ...]) -> None:
    for place, label in enumerate(labels):
        look = styles.heading_of_numbers if label in ("Værdi", "Rækker") else styles.heading
        page.write_string(row, place, label, look)
