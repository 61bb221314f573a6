"""The golden world as the files its suppliers would send, in the order in which they arrive."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from samples.files import csv_bytes, read_csv, xlsx_bytes
from samples.installation import Installation

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "tragt"
SHEET_COLUMNS = ("leverandoer_navn", "it_system_navn", "it_system_uuid")
Row = dict[str, str]


def read(name: str) -> list[Row]:
    return read_csv(GOLDEN / f"{name}.csv")


def matrix(rows: list[Row]) -> bytes:
    """The status sheet as a workbook: a column per interface, and one for the reasons of those that have any."""
    interfaces = list(dict.fromkeys(r["snitflade"] for r in rows))
    reasoned = {r["snitflade"] for r in rows if r["aarsag"]}
    header = [*SHEET_COLUMNS]
    for interface in interfaces:
        header += [interface, f"{interface} årsag"] if interface in reasoned else [interface]
    lines = [header]
    for line in dict.fromkeys(r["raekke"] for r in rows):
        cells = {r["snitflade"]: r for r in rows if r["raekke"] == line}
        first = next(iter(cells.values()))
        values = [first[c] or None for c in SHEET_COLUMNS]
        for interface in interfaces:
            cell = cells.get(interface, {})
            values.append(cell.get("klarmelding") or None)
            if interface in reasoned:
                values.append(cell.get("aarsag") or None)
        lines.append(values)
    return xlsx_bytes(lines)


@dataclass(frozen=True)
class File:
    """A delivery as :meth:`Installation.deliver` takes it."""

    source: str
    name: str
    content: bytes


@cache
def files() -> list[File]:
    """The deliveries in order of arrival; the same bytes each time, which a workbook written again has not."""
    found = []
    rows: dict[str, list[Row]] = {s: read(s) for s in {d["kilde"] for d in read("leverancer")}}
    for delivery in read("leverancer"):
        source = delivery["kilde"]
        own = [r for r in rows[source] if r["leverance_nr"] == delivery["leverance_nr"]]
        is_sheet = source == "onboarding"
        content = (
            matrix(own) if is_sheet else csv_bytes([{k: v for k, v in r.items() if k != "leverance_nr"} for r in own])
        )
        found.append(File(source, f"{source}_{delivery['periode']}{'.xlsx' if is_sheet else '.csv'}", content))
    return found


def installation(folder: Path) -> Installation:
    """An empty one with the world's reference data."""
    installation = Installation(folder, folder / "dagster", as_of="2023-01-31")
    reference(installation)
    return installation


def reference(installation: Installation) -> None:
    """The catalogue, interfaces and aliases of the world instead of the built-in ones."""
    folder = installation.inbox / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    for path in (GOLDEN / "reference").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
