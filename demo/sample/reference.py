"""The built-in reference data as far as the sample world needs it."""

import csv
from pathlib import Path

REFERENCE_DIR = Path(__file__).resolve().parents[2] / "reference"


def read_reference(name: str) -> list[dict[str, str]]:
    """All rows of one built-in reference file."""
    with (REFERENCE_DIR / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))
