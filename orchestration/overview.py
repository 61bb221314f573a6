"""What people see on the terminal: the main figures of a release, and the state of the sources."""

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb

from orchestration.ingest.findings import Finding
from orchestration.ingest.intake import find_pending
from orchestration.ingest.profiles import Profile, profiles
from orchestration.lake.delivery_log import Delivery, DeliveryLog
from orchestration.publish.release import Releases
from orchestration.settings import Settings

# Jaro-Winkler similarity of two names; below it a suggestion is for a person to look at.
_MUCH_ALIKE = 0.85


def main_figures(settings: Settings) -> Iterator[str]:
    """The newest month with both platforms complete, in a few Danish lines."""
    path = settings.published / "current" / "kdi.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(
            "select maaned, kald, kald_pr_borger, kald_pr_borger_12m from kpi.kald_pr_borger_danmark"
            " order by maaned desc limit 1"
        ).fetchall()
        for month, calls, per_citizen, per_citizen_year in rows:
            rate, year = danish(per_citizen, 1), danish(per_citizen_year)
            yield f"Kald i {month:%Y-%m}: {danish(calls)}, {rate} pr. borger ({year} på 12 måneder)"
        rows = connection.execute(
            """select it_system, service, coalesce(' ' || version, ''), aktive, anvendere from kpi.udbredelse
            where maaned = (select max(maaned) from kpi.udbredelse)
            order by udbredelsesgrad, anvendere desc, it_system, service, version limit 1"""
        ).fetchall()
        for system, service, version, active, users in rows:
            yield f"Mindst udbredt: {service}{version} bruges i {active} af de {users} kommuner, der har {system}"


def unresolved_lines(settings: Settings) -> Iterator[str]:
    """The IT systems that only registers know, those in most use first, each with up to three suggestions."""
    rows = _unresolved(settings, "true")
    if not rows:
        yield "Alle it-systemer i registrene er fundet i leverancerne."
        return
    yield f"{len({r[0] for r in rows})} it-systemer kendes kun fra registre. Forslag tages med kdi identity --lines."
    before = None
    for system_id, name, sources, reason, users, number, suggestion, likeness, _ in rows:
        if system_id != before:
            before = system_id
            yield f"{name} ({sources}; {reason}; {users} kommuner)"
        if suggestion:
            yield f"  {number}. {suggestion} ({danish(100 * likeness)} % ens)"


def alias_lines(settings: Settings) -> Iterator[str]:
    """The best suggestion where names are much alike, ready to be pasted into system_alias.csv."""
    seen = set()
    for *_, lines in _unresolved(settings, f"forslag_nr = 1 and lighed >= {_MUCH_ALIKE} and alias_linjer is not null"):
        for line in lines.splitlines():
            if line not in seen:
                seen.add(line)
                yield line


def _unresolved(settings: Settings, condition: str) -> list[tuple]:
    path = settings.published / "current" / "kdi.duckdb"
    if not path.exists():
        return []
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(
            f"""select it_system_id, navn, kilder, grund, kommuner, forslag_nr, forslag, lighed, alias_linjer
            from marts.it_system_uafklaret where {condition}
            order by kommuner desc, navn, it_system_id, forslag_nr"""
        ).fetchall()


def danish(value: float | None, decimals: int = 0) -> str:
    """A number with thousands dots and a decimal comma; a dash when it is missing."""
    if value is None:
        return "–"
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def status_lines(settings: Settings) -> Iterator[str]:
    """Per source: loaded, missing, waiting and refused; then the release in force."""
    log = DeliveryLog(settings.delivery_log)
    active = log.active()
    current = Releases(settings).current()
    published = set(current.leverancer) if current else set()
    for source, profile in profiles().items():
        mine = [d for d in active if d.kilde == source]
        yield f"{source} ({profile.supplier})"
        if mine:
            unpublished = sum(d.leverance_id not in published for d in mine)
            rows = sum(d.raekker_indlaest for d in mine)
            span = f"{mine[0].periode} til {mine[-1].periode}"
            yield f"  indlæst      {len(mine)} perioder, {span}, {danish(rows)} rækker"
            if unpublished:
                yield f"  ikke ude     {unpublished} perioder er indlæst, men ikke publiceret"
        else:
            yield "  indlæst      intet endnu"
        gaps = missing_periods(profile, [d.periode for d in mine])
        if gaps:
            yield f"  mangler      {len(gaps)}: {_short(gaps)}"
        pending = find_pending(settings, profile)
        if pending.files:
            yield f"  venter       {len(pending.files)} nye filer i indbakken"
        for delivery in log.outstanding():
            if delivery.kilde == source:
                yield f"  karantæne    {delivery.fil}: {_reason(delivery)}"
    if current:
        yield f"Gældende publicering: {current.publicering_id} ({len(current.leverancer)} leverancer)"
        yield f"Kan rulles tilbage til: {Releases(settings).previous() or 'ingen'}"
    else:
        yield "Der er endnu ingen publicering."


def missing_periods(profile: Profile, periods: list[str]) -> list[str]:
    """Periods between the first and the last loaded one that are not loaded; none for extracts."""
    if profile.rhythm == "udtraek" or not periods:
        return []
    have = set(periods)
    if profile.rhythm == "dag":
        first, last = date.fromisoformat(min(periods)), date.fromisoformat(max(periods))
        expected = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
    else:
        first, last = date.fromisoformat(f"{min(periods)}-01"), date.fromisoformat(f"{max(periods)}-01")
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        expected = [f"{m // 12}-{m % 12 + 1:02d}" for m in months]
    return [period for period in expected if period not in have]


def _short(periods: list[str]) -> str:
    return ", ".join(periods[:5]) + (" …" if len(periods) > 5 else "")


def _reason(delivery: Delivery) -> str:
    first: Finding = delivery.aarsager[0]
    return str(first)
