"""Starts a build: compares lake and release, and lays out the workspace for what differs."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from kdi.building.plan import Plan, inputs, make_full, make_plan, to_json, with_months
from kdi.building.status import Status
from kdi.building.workspace import DamagedBase, Workspace
from kdi.lake.delivery import Delivery
from kdi.lake.delivery_log import DeliveryLog
from kdi.lake.store import Lake
from kdi.machine.steps import step
from kdi.publish.release import Manifest, Releases, new_publication_id

_PLAN_FILE = "plan.json"
# The plan, the manifest that the release will have, and the deliveries that count.
LaidOut = tuple[Plan, Manifest, list[Delivery]]


@dataclass(frozen=True)
class Site:
    """The lake that a build reads, the releases that it goes on from, the folder it works in, and the engine."""

    lake: Lake
    releases: Releases
    workspace: Workspace
    engine: str

    def state(self, status: Status) -> str:
        """A hash of all that people and suppliers give: deliveries that count, decisions, reference data, the project.

        Not of the status date: time alone must not undo a rollback.
        """
        ids = sorted(d.leverance_id for d in status.active)
        parts = [*inputs(status.reference or "", self.engine).values(), *ids, str(status.decisions)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]

    def plan(self, status: Status, rebuild: bool = False, months: Iterable[str] = ()) -> Plan:
        """What a build would make anew now; everything when ``rebuild``, and ``months`` whether they differ or not."""
        return with_months(self._difference(status, rebuild), months, status.active)

    def _difference(self, status: Status, rebuild: bool) -> Plan:
        current = self.releases.current()
        base = self.releases.base(current) if current and not rebuild else None
        if current is None or base is None:
            return make_full(status.active, "alt, for der er intet at bygge videre på")
        now = inputs(status.reference or "", self.engine)
        return make_plan(status.active, current.leverancer, current.inputs, now, status.fingerprint != current.status)

    def start(self, status: Status, rebuild: bool = False, months: Iterable[str] = ()) -> LaidOut:
        """Lay out the workspace.

        Args:
            status: with reference data in force.
            rebuild, months: as for :meth:`plan`.
        """
        plan = self.plan(status, rebuild, months)
        current = self.releases.current()
        remember_publications(self.lake.log, self.releases)
        earlier = self.lake.log.publications()
        publication_id = new_publication_id()
        manifest = Manifest(
            publicering_id=publication_id,
            udgivet=datetime.now(UTC).isoformat(timespec="seconds"),
            forgaenger=current.publicering_id if current else None,
            inputs=inputs(str(status.reference), self.engine),
            leverancer={d.leverance_id: earlier.get(d.leverance_id, publication_id) for d in status.active},
            statusdato=status.on.isoformat(),
            status=status.fingerprint,
        )
        base = self.releases.base(current) if current and not plan.full else None
        self.releases.sweep()
        workspace, kept = self.workspace, self.releases.earlier()
        try:
            workspace.prepare(plan, publication_id, status, earlier, base, kept)
        except DamagedBase as damage:
            plan = make_full(status.active, str(damage))
            workspace.prepare(plan, publication_id, status, earlier, None, kept)
        saved = {"plan": to_json(plan), "manifest": asdict(manifest)}
        (workspace.folder / _PLAN_FILE).write_text(json.dumps(saved, ensure_ascii=False), encoding="utf-8")
        step("build: plan written", workspace.folder / _PLAN_FILE)
        return plan, manifest, status.active


def remember_publications(log: DeliveryLog, releases: Releases) -> None:
    """Note in the log what the current release holds. Publishing does; a run killed just then leaves it to the next."""
    current = releases.current()
    if current:
        log.record_publications(current.leverancer)
