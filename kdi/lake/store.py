"""The lake of an installation. An accepted delivery lies in it as ``<source>/<period>/<delivery id>.parquet``.

A file is written once and never changed. Beside it lies its manifest, from which the delivery
log can be made anew.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path

from kdi.lake.delivery import Delivery
from kdi.lake.delivery_log import LOG, DeliveryLog
from kdi.lake.depot import Depot
from kdi.machine.files import Damaged, damaged_among, sha256_of
from kdi.machine.steps import step


class Lake:
    """Its folder, the log of what is in it, and its permanent place in a store.

    ``writer_lock`` is held by the one process that may write lake, build or releases.
    """

    def __init__(self, folder: Path, depot: Depot) -> None:
        self.folder, self.depot = folder, depot
        self.log = DeliveryLog(folder / LOG)
        self.writer_lock = folder.with_name("writer.lock")

    def reference_folder(self, fingerprint: str) -> Path:
        """Where a set's Parquet files lie."""
        return self.folder / "reference" / fingerprint

    def keep(self, delivery: Delivery, parquet: Path) -> Delivery:
        """Move ``parquet`` to its place and write its manifest; returns the delivery with both recorded.

        Nothing refers to them before the delivery log does, which is written when they are on disk.
        """
        relative = Path(delivery.kilde) / delivery.periode / f"{delivery.leverance_id}.parquet"
        target = self.folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        stored = replace(delivery, parquet=str(relative), parquet_sha256=sha256_of(parquet))
        manifest = target.with_suffix(".json")
        partial = manifest.with_suffix(".json.del")
        partial.write_text(json.dumps(asdict(stored), ensure_ascii=False, indent=1), encoding="utf-8")
        step("lake: manifest written", partial)
        os.replace(parquet, target)
        step("lake: rows moved")
        os.replace(partial, manifest)
        step("lake: manifest moved")
        return stored

    def verify(self, deliveries: Iterable[Delivery]) -> None:
        """Compare the files of deliveries with the hashes in the log, before they are read.

        With a store (``KDI_LAKE``), a file that is gone or damaged is fetched from there.

        Raises:
            Damaged: one is gone or is not what was stored.
            DepotUnreachable: one is, and the store does not answer.
        """
        by_path = {self.folder / d.parquet: d for d in deliveries if d.parquet}
        damaged = _damaged(by_path)
        if damaged:
            self.depot.fetch([by_path[path] for path in damaged])
            damaged = _damaged({path: by_path[path] for path in damaged})
        if damaged:
            first = by_path[damaged[0]]
            others = f" og {len(damaged) - 1} andre" if len(damaged) > 1 else ""
            raise Damaged(
                f"lake/{first.parquet}{others}: indholdet er ikke det, der blev gemt. Kør kdi scrub, som henter det"
                f" fra leverancen {first.fil}, hvis den stadig ligger i indbakken."
            )


def _damaged(deliveries: dict[Path, Delivery]) -> list[Path]:
    return damaged_among((path, d.parquet_sha256) for path, d in deliveries.items())
