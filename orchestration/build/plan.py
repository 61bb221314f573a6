"""What a build must make anew: the difference between the lake and the current release.

Nothing remembers what "has been processed". A release says which deliveries it holds, the lake
says which ones count; the periods in which they differ are made anew. So a crash, a rollback, a
withdrawn delivery and a day that comes late are all the same simple case.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from orchestration.ingest.profiles import profiles
from orchestration.lake.calendars import CALL_SOURCES
from orchestration.lake.delivery_log import Delivery
from orchestration.settings import PROJECT_ROOT


@dataclass(frozen=True)
class Plan:
    """The periods to make anew, as texts (``2022-04-30``, ``2022-04``), by source.

    ``full`` means that nothing of the current release can be used: there is none, or reference
    data or the dbt project changed since. Then every active period is touched. ``only_status`` means
    that no number changes, but what is said of them: a month's grace is over, a decision was made.
    """

    full: bool
    reason: str
    touched: Mapping[str, frozenset[str]]
    only_status: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the current release already is what the lake says."""
        return not (self.full or self.only_status or any(self.touched.values()))

    @property
    def days(self) -> list[str]:
        return sorted(self.touched.get("stoettesystemerne", frozenset()))

    @property
    def months(self) -> list[str]:
        """Months touched themselves or through one of their days."""
        return sorted({d[:7] for d in self.days} | self.touched.get("serviceplatformen", frozenset()))

    @property
    def extracts(self) -> list[str]:
        return sorted(self.touched.get("kle", frozenset()))


def make_plan(
    active: Iterable[Delivery],
    published: Iterable[str],
    base: Mapping[str, str],
    now: Mapping[str, str],
    status_changed: bool = False,
) -> Plan:
    """Compare the lake with the current release.

    Args:
        active: the deliveries that count.
        published: ids of the deliveries in the current release.
        base: fingerprints of what the current release was built with.
        now: the same fingerprints now.
        status_changed: what the current release says of months and decisions is no longer so.
    """
    active = list(active)
    changed = sorted(k for k in now if now[k] != base.get(k))
    if changed:
        return make_full(active, f"ændret siden sidst: {', '.join(changed)}")
    different = {d.leverance_id for d in active} ^ set(published)
    if different:
        return Plan(False, f"{len(different)} leverancer er nye, erstattede eller trukket tilbage", _periods(different))
    reason = "en måneds status eller en afgørelse om en leverance er ny" if status_changed else "intet er ændret"
    return Plan(False, reason, {}, only_status=status_changed)


def make_full(active: Iterable[Delivery], reason: str) -> Plan:
    """Everything anew from the lake."""
    return Plan(True, reason, _periods(d.leverance_id for d in active))


def with_months(plan: Plan, months: Iterable[str], active: Iterable[Delivery]) -> Plan:
    """The plan with these months of both platforms as well, though nothing in them differs; a full one has them."""
    asked = set(months)
    here = [d.leverance_id for d in active if d.kilde in CALL_SOURCES and d.periode[:7] in asked]
    if plan.full or not here:
        return plan
    touched = {source: set(periods) for source, periods in plan.touched.items()}
    for source, periods in _periods(here).items():
        touched.setdefault(source, set()).update(periods)
    reason = f"{len(asked)} måneder er bestilt" if plan.is_empty else f"{plan.reason}; {len(asked)} måneder er bestilt"
    return Plan(False, reason, {source: frozenset(periods) for source, periods in touched.items()})


def _periods(ids: Iterable[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for delivery_id in ids:
        source, period, _ = delivery_id.rsplit("_", 2)
        found.setdefault(source, set()).add(period)
    return {source: frozenset(periods) for source, periods in found.items()}


def inputs(reference_fingerprint: str, engine: str) -> dict[str, str]:
    """Fingerprints of everything but deliveries that decides the content of a release."""
    return {
        "engine": engine,
        "reference": reference_fingerprint,
        "dbt_project": dbt_fingerprint(),
        "duckdb": duckdb.__version__,
        "vocabulary": vocabulary_fingerprint(),
    }


@cache
def vocabulary_fingerprint() -> str:
    """Hash of the wordings that profiles know: with a new one, sheets that were taken in before say more."""
    words = {f"{source}.{c.name}": c.words for source, p in profiles().items() for c in p.vocabularies}
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()[:16]


@cache
def dbt_fingerprint(project: Path = PROJECT_ROOT / "dbt_project") -> str:
    """Hash of the models and macros: a changed definition means a full build."""
    digest = hashlib.sha256()
    for folder in ("models", "macros"):
        for path in sorted((project / folder).rglob("*.sql")):
            digest.update(str(path.relative_to(project)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def to_json(plan: Plan) -> dict[str, object]:
    """The plan as JSON values, for the steps of a build that come after it."""
    touched = {s: sorted(p) for s, p in plan.touched.items()}
    return {"full": plan.full, "reason": plan.reason, "touched": touched, "only_status": plan.only_status}
