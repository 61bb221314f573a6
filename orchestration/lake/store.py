"""Where an accepted delivery lies in the lake: ``<source>/<period>/<delivery id>.parquet``.

A file is written once and never changed. Beside it lies its manifest, from which the delivery
log can be made anew.
"""

import hashlib
import json
import os
from dataclasses import asdict, replace
from pathlib import Path

from orchestration.lake.delivery_log import Delivery


def keep(lake: Path, delivery: Delivery, parquet: Path) -> Delivery:
    """Move ``parquet`` to its place and write its manifest; returns the delivery with both recorded."""
    relative = Path(delivery.kilde) / delivery.periode / f"{delivery.leverance_id}.parquet"
    target = lake / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    stored = replace(delivery, parquet=str(relative), parquet_sha256=sha256_of(parquet))
    manifest = target.with_suffix(".json")
    partial = manifest.with_suffix(".json.del")
    partial.write_text(json.dumps(asdict(stored), ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(parquet, target)
    os.replace(partial, manifest)
    return stored


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
