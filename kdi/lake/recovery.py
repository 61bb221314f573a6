"""Makes the delivery log anew from what lies beside it in the lake, when it is lost or damaged.

Accepted deliveries have their manifests, decisions and refused deliveries their lines, and the release
in force says where each was published first. Installations from before refused deliveries had lines
read those again that still lie in the inbox.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from kdi.lake.delivery import Delivery, Event, from_record
from kdi.lake.delivery_log import DECISIONS, LOG, MANIFESTS, REFUSED, DeliveryLog, LogUnusable
from kdi.lake.reference import is_intact
from kdi.lake.store import Lake
from kdi.notation import danish


@dataclass
class _Found:
    """What a log is made of."""

    deliveries: list[Delivery] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    publications: dict[str, str] = field(default_factory=dict)
    reference: str | None = None


def restore_log(lake: Lake, current: Path) -> list[str]:
    """Make the log anew if it is lost, damaged, or lacks what the lake has; the old one is kept beside it.

    Call with the writer's lock held.

    Args:
        current: the link to the release in force.

    Returns:
        What was done, in Danish lines.
    """
    kept = _from_log(lake.log)
    found = _from_lake(lake, current)
    known = {(d.leverance_id, d.modtaget) for d in kept.deliveries}
    lacking = [d for d in found.deliveries if (d.leverance_id, d.modtaget) not in known]
    if kept.deliveries and not lacking:
        return [f"Leveranceloggen er hel: {danish.number(len(known))} leverancer. Intet er gjort."]
    if not kept.deliveries and not lacking:
        return [f"Der er ingen leverancer i {lake.folder} at danne loggen af. Intet er gjort."]
    deliveries = _in_order([*kept.deliveries, *lacking])
    made = _Found(
        deliveries,
        _placed(kept.events or found.events, deliveries),
        found.publications | kept.publications,
        kept.reference or found.reference,
    )
    lines = _put_in_place(lake.folder, made)
    lake.depot.keep_log()
    return lines


def _from_log(log: DeliveryLog) -> _Found:
    if not log.exists:
        return _Found()
    try:
        return _Found(log.all(), log.events(), log.publications(), log.reference())
    except LogUnusable:
        return _Found()


def _from_lake(lake: Lake, current: Path) -> _Found:
    manifests = sorted(lake.folder.glob(MANIFESTS), key=lambda path: path.stat().st_mtime_ns)
    deliveries = [from_record(json.loads(path.read_text(encoding="utf-8"))) for path in manifests]
    deliveries += [from_record(line) for line in _lines(lake.folder / REFUSED)]
    events = [Event(**line) for line in _lines(lake.folder / DECISIONS)]
    if not current.is_symlink():
        return _Found(deliveries, events)
    with duckdb.connect(str(current / "kdi.duckdb"), read_only=True) as connection:
        published = connection.execute(
            "select leverance_id, publiceret_i from marts.leverance_log where publiceret_i is not null"
        ).fetchall()
    reference = json.loads((current / "manifest.json").read_text(encoding="utf-8"))["inputs"].get("reference")
    whole = reference and is_intact(lake.reference_folder(reference))
    return _Found(deliveries, events, dict(published), reference if whole else None)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """A file's records; a line that was cut off when its process was killed is none."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def _in_order(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Deliveries with their order of receipt; those from before manifests held it came first.

    Of two with one number the earlier was never in the log: an intake was killed before it got there.
    """
    by_time = sorted(deliveries, key=lambda d: d.modtaget)
    numbered = {d.raekkefoelge: d for d in by_time if d.raekkefoelge}
    early = [d for d in by_time if not d.raekkefoelge]
    if numbered and len(early) >= min(numbered):
        late = [d for _, d in sorted(numbered.items())]
        return [replace(d, raekkefoelge=number) for number, d in enumerate([*early, *late], 1)]
    return [
        *(replace(d, raekkefoelge=number) for number, d in enumerate(early, 1)),
        *(d for _, d in sorted(numbered.items())),
    ]


def _placed(events: Iterable[Event], deliveries: list[Delivery]) -> list[Event]:
    """Events with the newest delivery of their time, where they do not say it themselves."""
    return [
        replace(e, efter=max((d.raekkefoelge for d in deliveries if d.modtaget <= e.hvornaar), default=0))
        if not e.efter
        else e
        for e in events
    ]


def _put_in_place(lake: Path, made: _Found) -> list[str]:
    in_force, folder = lake / LOG, lake / ".ny-log"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    fresh = folder / LOG
    log = DeliveryLog(fresh)
    log.record(made.deliveries, made.events)
    log.record_publications(made.publications)
    if made.reference:
        log.record_reference(made.reference, datetime.now(UTC).isoformat(timespec="seconds"))
    refused = sum(not d.accepted for d in made.deliveries)
    lines = [
        f"Leveranceloggen er dannet igen: {danish.number(len(made.deliveries))} leverancer, heraf"
        f" {danish.number(refused)} afviste, og {danish.number(len(made.events))} afgørelser."
    ]
    if in_force.exists():
        aside = in_force.with_name(f"leverancer-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.sqlite")
        os.link(in_force, aside)
        lines.append(f"Den gamle log er gemt som {aside}.")
    for left in ("-journal", "-wal", "-shm"):  # of the old log; the new one would be changed by them
        in_force.with_name(f"{LOG}{left}").unlink(missing_ok=True)
    os.sync()
    os.replace(fresh, in_force)
    shutil.rmtree(folder)
    return lines
