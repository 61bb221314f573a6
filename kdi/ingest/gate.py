"""The first gate: measures each audited delivery and lets Great Expectations judge it."""

import bisect
import statistics
from collections.abc import Container
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from expectations.findings import STRUCTURAL, Finding
from expectations.judge import Verdict, judge
from expectations.profiles import Profile
from expectations.suites import suite
from kdi.ingest.audit import Audit
from kdi.notation.periods import LOCAL_TIME_ZONE, first_day
from kdi.notation.workdays import day_off

# Four weeks hold twenty working days and at least eight days off: enough for a median, short
# enough to follow growth. Months are compared with the quarter before, extracts with the last.
_TRAILING_DAYS = timedelta(days=28)
_TRAILING_MONTHS = timedelta(days=93)
_FEWEST_COMPARED = 3


def gate(
    audits: list[Audit], profile: Profile, history: dict[str, int], data_docs: Path, consented: Container[str] = ()
) -> tuple[dict[str, list[Finding]], list[Verdict]]:
    """Judge the audits of one source together.

    Args:
        history: rows of the accepted deliveries so far, by period.
        consented: ids of deliveries that somebody takes as they are, where a demand allows that.

    Returns:
        The findings that refuse a delivery, by delivery id (empty for accepted ones), and all verdicts.
    """
    import pandas as pd  # heavy, and most processes never judge anything

    rows = {**history, **{a.file.period: a.rows for a in audits}}
    trailing = _trailing_medians(rows, profile)
    frame = pd.DataFrame([_measures(a, profile, trailing.get(a.file.period)) for a in audits])
    verdicts = judge(frame, suite("leverance"), profile.source, data_docs)
    refused: dict[str, list[Finding]] = {a.file.delivery_id: [] for a in audits}
    by_id = {a.file.delivery_id: a for a in audits}
    for verdict in verdicts:
        if verdict.demand.severity != "critical":
            continue
        for delivery_id in verdict.failed:
            if verdict.demand.may_be_consented and delivery_id in consented:
                continue
            audit = by_id[delivery_id]
            codes = {f.kode for f in audit.findings}
            if verdict.demand.fault and verdict.demand.fault not in codes:
                share = f"{audit.rows_rejected} af {audit.rows}"
                audit.findings.insert(0, Finding(verdict.demand.fault, detalje=share))
            refused[delivery_id] = audit.findings
    return refused, verdicts


def _measures(audit: Audit, profile: Profile, trailing: float | None) -> dict[str, object]:
    unreadable = sum(f.kode in STRUCTURAL for f in audit.findings)
    whole = not unreadable and not audit.personal
    share = audit.rows_rejected / audit.rows if audit.rows else 0.0
    return {
        "leverance_id": audit.file.delivery_id,
        "strukturfejl": unreadable,
        # Rows of a file that is not read are unknown, not zero: the demand does not apply.
        "raekker": audit.rows if not unreadable and (audit.rows or not audit.personal) else None,
        "cpr_fund": int(audit.personal),
        "dubletter": audit.rows_duplicated,
        "over_tolerance": None if unreadable else int(share > profile.rejected_share_allowed),
        "forskel_raekker": audit.rows - audit.rows_written - audit.rows_rejected if whole else None,
        "forskel_sum": audit.total - audit.total_written - audit.total_rejected if whole else None,
        "afviste_raekker": audit.rows_rejected,
        "manglende_timer": max(_hours_of(audit.file.period) - audit.hours, 0) if audit.hours is not None else None,
        "volumen_forhold": audit.rows / trailing if trailing and audit.rows else None,
        "ukendte_kolonner": len(audit.extras),
    }


def _hours_of(day: str) -> int:
    """Hours of a Danish calendar day: 23, 24 or 25."""
    zone = ZoneInfo(LOCAL_TIME_ZONE)
    start = datetime.combine(date.fromisoformat(day), time(), zone)
    end = datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), zone)
    return round((end.timestamp() - start.timestamp()) / 3600)


def _trailing_medians(rows: dict[str, int], profile: Profile) -> dict[str, float]:
    """Median rows of the comparable periods shortly before, for the periods that have enough."""
    span = _TRAILING_DAYS if profile.rhythm == "dag" else _TRAILING_MONTHS
    by_kind: dict[bool, list[date]] = {True: [], False: []}
    for day in sorted(first_day(p) for p in rows):
        by_kind[day_off(day) if profile.rhythm == "dag" else False].append(day)
    text = {first_day(p): n for p, n in rows.items()}
    medians = {}
    for days in by_kind.values():
        for i, day in enumerate(days):
            before = days[bisect.bisect_left(days, day - span) : i]
            if len(before) >= _FEWEST_COMPARED:
                medians[_text(day, profile)] = statistics.median(text[d] for d in before)
    return medians


def _text(day: date, profile: Profile) -> str:
    return day.isoformat()[:7] if profile.rhythm == "maaned" else day.isoformat()
