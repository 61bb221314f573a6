"""What is kept of a delivery with faults: its bytes, its reasons in words, and a row per fault.

A file in which something looks like a CPR number is not kept, and neither is one that could not
be searched for it; the reasons are.
"""

import csv
import shutil
from pathlib import Path

from orchestration.ingest.audit import Audit
from orchestration.ingest.readers import bytes_look_personal

_COLUMNS = ("kode", "raekke", "kolonne", "vaerdiklasse", "antal", "besked", "handling")


def keep(folder: Path, audit: Audit, refused: bool) -> Path:
    """Write ``<folder>/<delivery id>/`` and return it."""
    target = folder / audit.file.delivery_id
    target.mkdir(parents=True, exist_ok=True)
    with (target / "fejl.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(_COLUMNS)
        for finding in audit.findings:
            writer.writerow(["" if (v := getattr(finding, c)) is None else v for c in _COLUMNS])
    outcome = "afvist" if refused else f"indlæst uden {audit.rows_rejected} rækker"
    lines = [f"Leverancen {audit.file.name} er {outcome}.", ""]
    lines += [f"- {finding}" for finding in audit.findings]
    (target / "aarsag.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if _free_of_cpr(audit) and not audit.file.is_kept:
        shutil.copyfile(_as_delivered(audit), target / audit.file.name)
    return target


def _as_delivered(audit: Audit) -> Path:
    """The delivery's own bytes, not its copy in UTF-8; from a remote inbox they were fetched beside that."""
    own = Path(audit.file.path)
    return own if own.exists() else audit.path.with_name(audit.file.name)


def _free_of_cpr(audit: Audit) -> bool:
    if audit.personal:
        return False
    if audit.path.suffix.lower() == ".parquet":
        return audit.rows > 0  # every column of every row was searched
    return not bytes_look_personal(audit.path)
