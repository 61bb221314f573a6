"""Figures as the readers of the workbook's key figures and of the Power BI model see them, each in its own format."""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from bi.evaluator import DEFINITION, Evaluator, load
from bi.grid import CUTS, KOMMUNE
from bi.tmdl_reader import Node, read_folder

from kdi.notation import danish
from kdi.report.edition import Edition
from powerbi.catalogue import read_catalogue
from powerbi.semantic import build

# What is more than nothing and rounds to it has a mark: [=0]0.0 %;[<0.0005]"< 0,1 %";0.0 % in the workbook
_SMALL = re.compile(r'\[=0\](?P<form>[^;]+);\[<(?P<below>[\d.]+)\]"(?P<mark>[^"]+)";(?P=form)')
_SMALL_IN_MODEL = re.compile(
    r"IF \( SELECTEDMEASURE \(\) > 0 && SELECTEDMEASURE \(\) < (?P<below>[\d.]+),"
    r' """(?P<mark>[^"]+)""", "(?P<form>[^"]+)" \)'
)


def as_shown(value: Any, number_format: str) -> str:
    """A figure in Danish by its format in Excel or Power BI, where a half is rounded away from zero."""
    if value is None:
        return danish.MISSING
    if small := _SMALL.fullmatch(number_format) or _SMALL_IN_MODEL.fullmatch(number_format):
        if 0 < value < float(small["below"]):
            return small["mark"]
        number_format = small["form"]
    share = number_format.endswith("%")
    decimals = len(number_format.partition(".")[2].rstrip(" %"))
    exact = Decimal(str(value)) * (100 if share else 1)
    text = f"{exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,f}".translate(str.maketrans(",.", ".,"))
    return f"{text}\u00a0%" if share else text


class PowerBI:
    """The committed model over a release: its own measures and formats, evaluated as ``tests/bi`` does it."""

    def __init__(self, release: Path) -> None:
        with Edition(release) as edition:
            self._evaluator: Evaluator = load(edition.connection)
        tables = [n for n in read_folder(DEFINITION) if n.kind == "table"]
        # Measures that are texts or dates have none.
        self._formats = {m.name: _format_of(m) for t in tables for m in t.all("measure")}
        measures = build(read_catalogue()).measures.values()
        self._names = {(m.catalogue.maal, m.catalogue.table): m.name for m in measures if m.catalogue}

    def value(self, measure: str, chosen: dict[str, Any]) -> Any:
        """A measure of the model by its name where each column of ``chosen`` has one value."""
        return self._evaluator.value(measure, chosen)

    def format(self, measure: str) -> str | None:
        """How the model shows it; None for texts and dates."""
        return self._formats[measure]

    def shown(self, edition: Edition, measure: str, table: str, cvr: str | None = None) -> str:
        """A measure in the edition's month, or on the day of the register in force then."""
        name, (period, _) = self._names[measure, table], CUTS[table]
        assert period, table
        days = {"maaned": edition.month, "statusdato": edition.status_date, "udtraeksdato": edition.extract}
        chosen = {period[0]: _moment(days[period[1]])} | ({KOMMUNE[0]: cvr} if cvr else {})
        return as_shown(self._evaluator.value(name, chosen), self._formats[name])


def _format_of(measure: Node) -> str | None:
    return measure.properties.get("formatString") or measure.properties.get("formatStringDefinition")


@cache
def power_bi(release: Path) -> PowerBI:
    """The model over a release, read once for all its months."""
    return PowerBI(release)


def _moment(day: date | None) -> datetime:
    assert day
    return datetime(day.year, day.month, day.day)
