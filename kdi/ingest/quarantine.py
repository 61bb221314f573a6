"""What is kept of a delivery with faults: its bytes, its reasons in words, and a row per fault.

A file in which something looks like a CPR number is not kept, and neither is one that could not
be searched for it; the reasons are.
"""

import csv
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from expectations.findings import Finding
from kdi.ingest.audit import Audit
from kdi.machine.steps import step
from kdi.notation.spreadsheet import harmless

_COLUMNS = ("kode", "raekke", "kolonne", "vaerdiklasse", "antal", "besked", "handling", "ark")


def keep(folder: Path, audit: Audit, refused: bool) -> Path:
    """Write ``<folder>/<delivery id>/`` and return it."""
    target = folder / audit.file.delivery_id
    outcome = "afvist" if refused else f"indlæst uden {audit.rows_rejected} rækker"
    _write(target, f"Leverancen {audit.file.name} er {outcome}.", audit.findings)
    if audit.may_be_kept and not audit.file.is_kept:
        shutil.copyfile(audit.delivered, target / audit.file.name)
        step("quarantine: delivery copied", target / audit.file.name)
    return target


def keep_reference(target: Path, name: str, findings: Iterable[Finding], content: bytes | None) -> None:
    """The same for a reference file.

    Args:
        target: the folder to write.
        content: the file's bytes; None when they must not be kept.
    """
    _write(target, f"Referencefilen {name} er afvist.", list(findings))
    if content is not None:
        (target / name).write_bytes(content)


def _write(target: Path, heading: str, findings: Sequence[Finding]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with (target / "fejl.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(_COLUMNS)
        for finding in findings:
            writer.writerow(["" if (v := getattr(finding, c)) is None else harmless(v) for c in _COLUMNS])
    step("quarantine: faults written", target / "fejl.csv")
    lines = [heading, "", *(f"- {finding}" for finding in findings)]
    (target / "aarsag.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    step("quarantine: reasons written", target / "aarsag.txt")
