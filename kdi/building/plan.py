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

import duckdb

from expectations.profiles import call_sources, profiles
from kdi.building import project
from kdi.lake.delivery import Delivery

# What the models and reference data say is compared table by table (kdi/building/pieces.py); what reads them,
# and the wordings with which the lake is read, is not.
_BY_TABLE = {"dbt_project": "modellernes kode er ændret", "reference": "referencedata er ændret"}
_WHOLE = {
    "engine": "en anden motor",
    "duckdb": "en anden version af DuckDB",
    "vocabulary": "flere ord forstås",
    "tilstand": "publiceringen er fra en tidligere version af platformen",
}


@dataclass(frozen=True)
class Plan:
    """The periods to make anew, as texts (``2022-04-30``, ``2022-04``), by source.

    ``full`` means that nothing of the current release can be used: there is none, or another engine made it. Then
    every active period is touched. ``only_status`` means that no period is touched, but something else has changed: a
    month's grace is over, a decision was made, or models or reference data say another thing.
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
        return sorted(p for s in call_sources() if profiles()[s].rhythm == "dag" for p in self.touched.get(s, ()))

    @property
    def months(self) -> list[str]:
        """Months of calls, touched themselves or through one of their days."""
        return sorted({p[:7] for source in call_sources() for p in self.touched.get(source, ())})

    @property
    def extracts(self) -> list[str]:
        """Extracts with counts that are hidden where they are small."""
        return sorted(p for s, profile in profiles().items() if profile.hides_counts for p in self.touched.get(s, ()))


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
    if set(changed) - set(_BY_TABLE) or (changed and now["engine"] == "spark"):
        return make_full(active, "alt, fordi " + ", ".join((_WHOLE | _BY_TABLE)[k] for k in changed))
    different = {d.leverance_id for d in active} ^ set(published)
    reasons = [f"{len(different)} leverancer er nye, erstattede eller trukket tilbage"] if different else []
    reasons += [_BY_TABLE[k] for k in changed]
    if status_changed and not reasons:
        reasons = ["en måneds status eller en afgørelse om en leverance er ny"]
    is_news = bool(changed or status_changed) and not different
    return Plan(False, "; ".join(reasons) or "intet er ændret", _periods(different), only_status=is_news)


def make_full(active: Iterable[Delivery], reason: str) -> Plan:
    """Everything anew from the lake."""
    return Plan(True, reason, _periods(d.leverance_id for d in active))


def with_months(plan: Plan, months: Iterable[str], active: Iterable[Delivery]) -> Plan:
    """The plan with these months of both platforms as well, though nothing in them differs; a full one has them."""
    asked = set(months)
    here = [d.leverance_id for d in active if d.kilde in call_sources() and d.periode[:7] in asked]
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
        "dbt_project": project.fingerprint(),
        "duckdb": duckdb.__version__,
        "vocabulary": vocabulary_fingerprint(),
        "tilstand": "spor.aftryk",  # a release from before it is not gone on from
    }


@cache
def vocabulary_fingerprint() -> str:
    """Hash of the wordings that profiles know: with a new one, sheets that were taken in before say more."""
    words = {f"{source}.{c.name}": c.words for source, p in profiles().items() for c in p.vocabularies}
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()[:16]


def to_json(plan: Plan) -> dict[str, object]:
    """The plan as JSON values, for the steps of a build that come after it."""
    touched = {s: sorted(p) for s, p in plan.touched.items()}
    return {"full": plan.full, "reason": plan.reason, "touched": touched, "only_status": plan.only_status}
