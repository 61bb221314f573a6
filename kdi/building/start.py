"""Starts a build: compares lake and release, and lays out the workspace for what differs."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime

from kdi.building.plan import Plan, inputs, make_full, make_plan, to_json, with_months
from kdi.building.status import Status, status_of
from kdi.building.workspace import DamagedBase, Workspace
from kdi.ingest.reference.intake import take_in_reference
from kdi.lake.delivery_log import DeliveryLog
from kdi.lake.standing import active_in
from kdi.machine.steps import step
from kdi.publish.release import Manifest, Releases, new_publication_id
from kdi.settings import Settings

_PLAN_FILE = "plan.json"


def lake_state(settings: Settings) -> str:
    """A hash of all that people and suppliers give: deliveries that count, decisions, reference data, the project.

    Not of the status date: time alone must not undo a rollback.
    """
    log = DeliveryLog(settings.delivery_log)
    parts = [*inputs(log.reference() or "", settings.engine).values(), *sorted(d.leverance_id for d in active_in(log))]
    parts.append(str(len(log.decisions())))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def current_plan(settings: Settings, rebuild: bool = False, months: Iterable[str] = ()) -> Plan:
    """What a build would make anew now; everything when ``rebuild``, and ``months`` whether they differ or not.

    Raises:
        InvalidReference: no reference data are in force, and those that lie in the inbox are faulty.
    """
    status = status_of(settings)
    return with_months(_plan(settings, status, rebuild), months, status.active)


def _plan(settings: Settings, status: Status, rebuild: bool) -> Plan:
    log = DeliveryLog(settings.delivery_log)
    reference = log.reference() or take_in_reference(settings).fingerprint
    active = status.active
    releases = Releases(settings)
    current = releases.current()
    base = releases.base(current) if current and not rebuild else None
    if current is None or base is None:
        return make_full(active, "alt, for der er intet at bygge videre på")
    news = status.fingerprint != current.status
    return make_plan(active, current.leverancer, current.inputs, inputs(reference, settings.engine), news)


def start(
    settings: Settings, rebuild: bool = False, months: Iterable[str] = (), without: frozenset[str] = frozenset()
) -> tuple[Plan, Manifest]:
    """Lay out the workspace; returns the plan and the manifest that the release will have.

    Args:
        rebuild, months: as for :func:`current_plan`.
        without: ids of deliveries to leave out, as if they were held back.
    """
    status = status_of(settings, without=without)
    plan = with_months(_plan(settings, status, rebuild), months, status.active)
    log = DeliveryLog(settings.delivery_log)
    reference = log.reference()
    assert reference is not None  # _plan put one in force
    active = status.active
    releases = Releases(settings)
    current = releases.current()
    remember_publications(settings)
    earlier = log.publications()
    publication_id = new_publication_id()
    manifest = Manifest(
        publicering_id=publication_id,
        udgivet=datetime.now(UTC).isoformat(timespec="seconds"),
        forgaenger=current.publicering_id if current else None,
        inputs=inputs(reference, settings.engine),
        leverancer={d.leverance_id: earlier.get(d.leverance_id, publication_id) for d in active},
        statusdato=status.on.isoformat(),
        status=status.fingerprint,
    )
    workspace = Workspace(settings)
    base = releases.base(current) if current and not plan.full else None
    releases.sweep()
    try:
        workspace.prepare(plan, publication_id, status, earlier, reference, base, releases.earlier())
    except DamagedBase as damage:
        plan = make_full(active, str(damage))
        workspace.prepare(plan, publication_id, status, earlier, reference, None, releases.earlier())
    saved = {"plan": to_json(plan), "manifest": asdict(manifest)}
    (workspace.folder / _PLAN_FILE).write_text(json.dumps(saved, ensure_ascii=False), encoding="utf-8")
    step("build: plan written", workspace.folder / _PLAN_FILE)
    return plan, manifest


def remember_publications(settings: Settings) -> None:
    """Note in the log what the current release holds. Publishing does; a run killed just then leaves it to the next."""
    current = Releases(settings).current()
    if current:
        DeliveryLog(settings.delivery_log).record_publications(current.leverancer)
