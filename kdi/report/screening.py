"""An architecture screening of one system in one municipality: a Word document that people fill in.

Three of the ten principles come with facts from the marts and the release they are from; every assessment, and the
other seven, are left for people.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kdi.notation import danish
from kdi.report import lists
from kdi.report.edition import Edition
from kdi.report.municipality import SystemNames
from kdi.report.potentiale_parts import interface
from kdi.report.showable import shown
from kdi.report.tragt import PHASES, REASONS, STEPS, block_of
from kdi.settings import PROJECT_ROOT

Row = dict[str, Any]
_REMAINING = "Udfyldes af kommunen."
_HEADER = ("Arkitekturprincip", "Vurdering", "Uddybning og begrundelse")
_WIDTHS_CM = (4.6, 2.4, 10.0)
_DEMANDS = {"obligatorisk": "krævet", "supplerende": "supplerende", None: "ikke krævet"}


class NoSuchSystem(Exception):
    """The municipality neither uses the system nor plans to. The message says which it could be."""


@dataclass(frozen=True)
class Screening:
    """What the document says: its subject, and the facts beside each principle."""

    system: str
    municipality: str
    month: str
    release: str
    facts: tuple[tuple[int, str, tuple[str, ...]], ...]

    @property
    def title(self) -> str:
        return f"Arkitekturscreening af {self.system}"


@cache
def principles() -> tuple[dict[str, Any], ...]:
    """The ten principles in their order."""
    found = yaml.safe_load((PROJECT_ROOT / "reports" / "screening.yml").read_text(encoding="utf-8"))
    return tuple(found["principper"])


def build(edition: Edition, system: str, cvr: str) -> Screening:
    """The facts of one system in one municipality.

    Args:
        system: name or UUID.

    Raises:
        NoSuchSystem: the municipality has no such system, or several of the name.
    """
    debts = edition.rows(
        """select * from kpi.teknisk_gaeld where maaned = $maaned and cvr = $cvr
            and (lower(it_system) = lower($navn) or it_system_uuid = lower($navn))""",
        cvr=cvr,
        navn=system,
    )
    if len(debts) != 1:
        raise NoSuchSystem(_which(edition, cvr, system, len(debts)))
    (debt,) = debts
    rows = edition.rows(
        """select t.*, s.dataomraade from kpi.tilslutning_tragt as t
        left join marts.dim_snitflade as s on t.snitflade = s.snitflade
        where t.maaned = $maaned and t.cvr = $cvr and t.it_system = $navn
            and t.it_system_uuid is not distinct from $uuid and t.snitflade is not null order by t.snitflade""",
        cvr=cvr,
        navn=debt["it_system"],
        uuid=debt["it_system_uuid"],
    )
    return Screening(
        SystemNames(edition)(debt),
        debt["kommune"],
        danish.month(edition.month),
        edition.release_id,
        tuple((p["nr"], p["tekst"], tuple(_facts(p, rows, debt))) for p in principles()),
    )


def _which(edition: Edition, cvr: str, system: str, found: int) -> str:
    if found:
        return f"Kommunen har {found} systemer ved navn {system}. Angiv systemets UUID."
    rows = edition.rows(
        "select it_system from kpi.teknisk_gaeld where maaned = $maaned and cvr = $cvr order by it_system collate da",
        cvr=cvr,
    )
    names = danish.listed([r["it_system"] for r in rows]) or "ingen"
    return f"Kommunen bruger eller planlægger intet system ved navn {system}. Systemerne er: {names}."


def _facts(principle: dict[str, Any], rows: list[Row], debt: Row) -> list[str]:
    blocks = principle.get("byggeblokke")
    if blocks is None:
        return []
    own = [r for r in rows if block_of(r["snitflade"], r["dataomraade"]) in blocks]
    demanded = [r for r in own if r["krav"] == "obligatorisk"]
    used = lists.count(demanded, lambda r: r["trin"] in ("foerste_kald", "stabil_brug"))
    interfaces = "krævet snitflade" if len(demanded) == 1 else "krævede snitflader"
    found = [
        f"{used} af {len(demanded)} {interfaces} i {danish.listed(blocks)} er i brug."
        if demanded
        else f"SKI’s liste kræver ingen snitflader i {danish.listed(blocks)}."
    ]
    found += [_fact(r) for r in own]
    if principle.get("med_livscyklus"):
        found += _life(debt)
    return found


def _fact(row: Row) -> str:
    why = f" ({REASONS[row['aarsag']]})" if row["aarsag"] else ""
    unmeasured = " Ingen i landet er endnu set kalde den." if row["kan_ikke_maales"] else ""
    step = f"{STEPS[row['trin']]}{why} siden {danish.day(row['siden'])}"
    return f"{interface(row)} ({_DEMANDS[row['krav']]}): {step}.{unmeasured}"


def _life(debt: Row) -> list[str]:
    found = [
        f"Livsfase: {PHASES[debt['fase']]}.",
        f"Teknisk gæld: {danish.count(debt['gaeld'], 'krævet snitflade', 'krævede snitflader')}, den ældste i"
        f" {danish.count(debt['aeldste_gaeld_maaneder'], 'måned', 'måneder')}.",
        f"Afløste versioner i brug: {danish.number(debt['gamle_versioner'])}.",
    ]
    return [*found, "Systemet er udfaset og kalder stadig."] if debt["udfaset_men_kalder"] else found


def free(folder: Path, name: str) -> Path:
    """Where the document goes: never over an earlier one, which somebody may have filled in."""
    names = (f"{name}.docx", *(f"{name}-{n}.docx" for n in range(2, 1000)))
    return next(folder / n for n in names if not (folder / n).exists())


def write(screening: Screening, target: Path) -> None:
    """Write the document as .docx: A4, a row per principle, a paragraph per fact."""
    import docx  # only this report needs it

    screening = shown(screening)
    document = docx.Document()
    _set_page(document)
    document.core_properties.title = screening.title
    document.core_properties.author = "KDI Indsigt"
    document.core_properties.language = "da-DK"
    document.add_heading(screening.title, 0)
    document.add_paragraph(
        f"{screening.municipality}: teknisk gæld og følg og forklar. Tal til og med {screening.month}, publicering"
        f" {screening.release}. Fakta ved princip 4, 5 og 7 er fra KDI Indsigt; vurderingen og de andre principper"
        " udfyldes af kommunen."
    )
    _fill(document.add_table(rows=1, cols=3, style="Table Grid"), screening)
    partial = target.with_suffix(".partial")
    document.save(str(partial))
    partial.replace(target)


def _set_page(document: Any) -> None:
    from docx.shared import Cm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(1.8)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Calibri", Pt(9.5)
    style.paragraph_format.space_after = Pt(3)


def _fill(table: Any, screening: Screening) -> None:
    from docx.shared import Cm

    table.autofit = False  # else the widths below are a wish only
    for column, width in zip(table.columns, _WIDTHS_CM, strict=True):
        column.width = Cm(width)
    for cell, text in zip(table.rows[0].cells, _HEADER, strict=True):
        cell.text = text
        cell.paragraphs[0].runs[0].bold = True
    _repeat(table.rows[0])
    for number, text, facts in screening.facts:
        cells = table.add_row().cells
        cells[0].text = f"{number}. {text}"
        first, *others = facts or (_REMAINING,)
        cells[2].text = first
        for other in others:
            cells[2].add_paragraph(other)
    table.add_row().cells[0].text = "Samlet vurdering"
    for row in table.rows:
        for cell, width in zip(row.cells, _WIDTHS_CM, strict=True):
            cell.width = Cm(width)


def _repeat(row: Any) -> None:
    """Let the header stand on every page; the library has no word for it."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
