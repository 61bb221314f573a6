"""The table of proofs: what a test run compared, as it stands in docs/powerbi.md."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from evidence.pages import write_part
from kdi.notation import danish
from kdi.settings import PROJECT_ROOT

DOCUMENT = PROJECT_ROOT / "docs" / "powerbi.md"


@dataclass
class Proof:
    """Lines by what was proven, filled in by the tests that ran."""

    lines: dict[str, str] = field(default_factory=dict)

    def says(self, what: str, figure: str) -> None:
        self.lines[what] = figure

    def cells(self, counts: Counter[tuple[str, str]]) -> None:
        """How many cells of measures were compared, and what they were."""
        kinds = Counter[str]()
        for (_, kind), n in counts.items():
            kinds[kind] += n
        measures = len({name for name, _ in counts})
        self.says("Mål sammenlignet med dbt", danish.number(measures))
        self.says("Mål × celler, samme tal", danish.number(kinds["ens"]))
        self.says("Mål × celler, tomme begge steder", danish.number(kinds["tom begge steder"]))
        self.says("Mål × celler, tomme i modellen og 0 i mart’en, som ventet", danish.number(kinds["tom for nul"]))

    def mutants(self, what: str, killed: int, total: int) -> None:
        self.says(f"Mutanter slået ihjel: {what}", f"{danish.number(killed)} af {danish.number(total)}")

    def write(self, path: Path = DOCUMENT) -> None:
        """Put the table into the document, between its two marks."""
        table = "\n".join(f"| {what} | {figure} |" for what, figure in self.lines.items())
        write_part(path, "bevis", f"| Bevis | Antal |\n| --- | ---: |\n{table}")
