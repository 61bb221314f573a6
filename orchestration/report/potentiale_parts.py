"""What all parts of a potential analysis share: the municipality it is about, and how rows are named."""

from dataclasses import dataclass
from typing import Any

from orchestration.report import danish, municipality
from orchestration.report.edition import Edition
from orchestration.report.indicators import Benchmark, Indicators

KEY_FIGURES = ("kald_pr_indbygger", "realiseringsgrad", "tilslutningsgrad", "daekningsgrad")


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


def supplier(row: dict[str, Any]) -> str:
    """The system's supplier, or the word for it."""
    return str(row["leverandoer"]) if row["leverandoer"] and row["leverandoer"] != "Ukendt" else "leverandøren"


def interface(row: dict[str, Any]) -> str:
    """Number and name."""
    number, name = row["snitflade"], row["snitflade_navn"]
    return str(number) if not name or name == number else f"{number} {name}"
