"""``kdi status`` and ``kdi delivery list``: how deliveries stand today, in Danish lines."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb

from expectations.profiles import Profile, profiles
from kdi.building.status import Status
from kdi.faults import Unreachable
from kdi.ingest import misnamed
from kdi.ingest.intake import Reception, find_pending
from kdi.ingest.reference.intake import describe, look_at
from kdi.ingest.spans import Span
from kdi.installation import Installation
from kdi.lake.calendars import ALL_PLATFORMS, Period
from kdi.lake.delivery_log import DeliveryLog
from kdi.lake.reference import set_in
from kdi.lake.standing import Standing, standings_in
from kdi.notation import danish

_MOST_SHOWN = 5
_MONTHS_SHOWN = 4


def status_lines(installation: Installation) -> Iterator[str]:
    """Per source what is loaded, late, held back and refused; then months, silent parties and the release.

    Raises:
        Unreachable: the inbox is not there, or cannot be read; all else has been said by then.
    """
    releases, reception = installation.releases, installation.reception
    current = releases.current()
    status = installation.status(frozenset(current.leverancer) if current else frozenset())
    yield f"Status pr. {_danish_date(status.on)}"
    unreachable: Unreachable | None = None
    for source, profile in profiles().items():
        yield f"{source} ({profile.supplier})"
        yield from _loaded(status.periods[source], status.of_source(source))
        yield from _late(status.periods[source])
        try:
            yield from _in_inbox(reception, profile)
        except Unreachable as error:
            unreachable = error
        yield from _waiting_for_somebody(status.of_source(source))
    try:
        yield from _reference(reception, status.reference)
    except Unreachable as error:
        unreachable = error
    yield from _months(status)
    yield from _silent(releases.link)
    yield from _unknown_interfaces(releases.link)
    if current:
        yield f"Gældende publicering: {current.publicering_id} ({len(current.leverancer)} leverancer)"
        for found in current.fund:
            reason = f" Godkendt: {found['godkendt']}" if found["godkendt"] else ""
            yield f"  fund         {found['tekst']}{reason}"
        yield f"Kan rulles tilbage til: {releases.previous() or 'ingen'}"
    else:
        yield "Der er endnu ingen publicering."
    if unreachable:  # last: what is known is worth knowing all the same
        raise unreachable
    for line in misnamed.folders(reception.inbox):
        yield f"Bemærk: {line}"


def delivery_lines(log: DeliveryLog, source: str | None, span: Span, every: bool) -> Iterator[str]:
    """One line per delivery, and one per decision about it.

    Args:
        source: only this one; None for all.
        span: only periods that it meets.
        every: also those that simply count.
    """
    events = log.events()
    shown = [s for s in standings_in(log) if source in (None, s.delivery.kilde) and span.meets(s.delivery.periode)]
    shown = [s for s in shown if every or s.event or s.needs_somebody or s.delivery.noter or s.state not in _ORDINARY]
    if not shown:
        yield "Ingen leverancer at vise; --all viser også dem, der gælder uden videre."
    for standing in shown:
        d = standing.delivery
        yield f"{d.leverance_id}  {_STATE[standing.state]:<15}  {danish.number(d.raekker_indlaest)} rækker  {d.fil}"
        if standing.state == "tilbageholdt":
            yield f"    {standing.reason}"
        for note in d.noter:
            yield f"    {note}"
        for event in events:
            if event.leverance_id == d.leverance_id:
                when = event.hvornaar[:16].replace("T", " ")
                yield f"    {when}  {_ACTION[event.handling]} af {event.hvem}: {event.grund}"


def _in_inbox(reception: Reception, profile: Profile) -> Iterator[str]:
    pending = find_pending(reception, profile)
    if pending.files:
        yield f"  venter       {danish.number(len(pending.files))} nye filer i indbakken"
    for file in pending.undecided:
        yield f"  ulæselig     {file}"
    for text in pending.listing.no_files:
        yield f"  overset      {profile.source}/{text}"
    for name in pending.listing.unrecognised:
        yield f"  overset      {misnamed.file(name, profile, reception.inbox.first_day)}"


def _loaded(periods: list[Period], standings: list[Standing]) -> Iterator[str]:
    in_force = [s.delivery for s in standings if s.state == "gaelder"]
    if not in_force:
        yield "  indlæst      intet endnu"
        return
    rows = sum(d.raekker_indlaest for d in in_force)
    span = f"{in_force[0].periode} til {in_force[-1].periode}"
    yield f"  indlæst      {len(in_force)} perioder, {span}, {danish.number(rows)} rækker"
    unpublished = sum(p.state == "indlaest" for p in periods)
    if unpublished:
        yield f"  ikke ude     {unpublished} perioder er indlæst, men ikke publiceret"


def _late(periods: list[Period]) -> Iterator[str]:
    """What is due and has not come, the newest first: that can still be had."""
    for state, label in (("mangler", "mangler"), ("forsinket", "forsinket")):
        late = sorted((p for p in periods if p.state == state), key=lambda p: p.last_day, reverse=True)
        if late:
            some = ", ".join(_how_late(p) for p in late[:_MOST_SHOWN])
            yield f"  {label:<12} {danish.number(len(late))}: {some}{' …' if len(late) > _MOST_SHOWN else ''}"


def _how_late(period: Period) -> str:
    days = "1 dag" if period.age == 1 else f"{danish.number(period.age)} dage"
    if period.name:
        return f"{period.name} ({days} over tiden)"
    return f"nyt udtræk ventet {_danish_date(period.due or period.last_day)} ({days} over tiden)"


def _waiting_for_somebody(standings: list[Standing]) -> Iterator[str]:
    for standing in standings:
        d = standing.delivery
        if standing.state == "tilbageholdt":
            yield f"  tilbageholdt {d.fil}: {standing.reason} (kdi delivery accept {d.leverance_id})"
        elif standing.needs_somebody:
            yield f"  karantæne    {d.fil}: {d.aarsager[0]}"
        elif standing.state == "trukket_tilbage" and standing.is_newest:
            yield f"  trukket      {d.fil} er trukket tilbage: {standing.reason}"


def _reference(reception: Reception, in_force: str | None) -> Iterator[str]:
    """The reference data in force, and what lies in the inbox and is not."""
    yield "reference (referencedata)"
    if in_force:
        taken = set_in(reception.lake.reference_folder(in_force))
        own = ", ".join(f"{name}.csv ({danish.number(taken.rows[name])} rækker)" for name in taken.replaced)
        yield f"  gælder       {f'egne filer: {own}; resten' if own else f'alle {len(taken.rows)} filer'} er indbyggede"
    else:
        yield "  gælder       intet endnu"
    now = look_at(reception.inbox)
    judged = now.judged(reception.on) if now.fingerprint != in_force or now.seen.faults else None
    for name, faults in judged.faults.items() if judged else ():
        yield f"  afvist       {describe(name, faults)}"
    if judged and not judged.faults and in_force:
        yield "  venter       ændrede filer i indbakken; kør kdi load"
    for note in now.seen.notes:
        yield f"  ulæst        {note}"


def _months(status: Status) -> Iterator[str]:
    """The newest months of all platforms together, and the one that readers should use."""
    together = [m for m in status.months if m.platform == ALL_PLATFORMS]
    if not together:
        return
    yield "Måneder"
    for month in together[-_MONTHS_SHOWN:]:
        lacks = month.expected - month.received
        missing = f", {danish.number(lacks)} af {danish.number(month.expected)} leverancer mangler" if lacks else ""
        waits = f" (frist {_danish_date(month.limit)})" if month.state == "afventer" else ""
        newest = "  <- nyeste måned til brug" if month.is_newest else ""
        yield f"  {month.month:%Y-%m}      {_MONTH[month.state]}{waits}{missing}{newest}"


def _silent(release: Path) -> Iterator[str]:
    """Parties that have fallen silent inside a feed, by the release in force."""
    path = release / "kdi.duckdb"
    if not path.exists():
        return
    with duckdb.connect(str(path), read_only=True) as connection:
        if not connection.execute("select 1 from duckdb_tables() where table_name = 'tavshed'").fetchall():
            return
        rows = connection.execute("select forklaring from kpi.tavshed order by alder_dage, forklaring").fetchall()
    if rows:
        yield f"Tavse          {danish.number(len(rows))} i leverancerne"
    for (text,) in rows[:_MOST_SHOWN]:
        yield f"  {text}"


def _unknown_interfaces(release: Path) -> Iterator[str]:
    """Interfaces that lists or the service catalogue name and ``snitflader.csv`` does not, by the release in force."""
    path = release / "kdi.duckdb"
    if not path.exists():
        return
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(
            "select snitflade from marts.dim_snitflade where snitflade_id <> 0 and navn = snitflade order by snitflade"
        ).fetchall()
    if rows:
        some = ", ".join(name for (name,) in rows[:_MOST_SHOWN]) + (" …" if len(rows) > _MOST_SHOWN else "")
        yield f"Snitflader     {danish.number(len(rows))} står ikke i snitflader.csv: {some}"


def _danish_date(day: date) -> str:
    return f"{day:%d-%m-%Y}"


_ORDINARY = ("gaelder", "afvist")
_STATE = {
    "gaelder": "gælder",
    "tilbageholdt": "holdt tilbage",
    "trukket_tilbage": "trukket tilbage",
    "erstattet": "erstattet",
    "afvist": "afvist",
}
_ACTION = {
    "godkendt": "godkendt",
    "trukket_tilbage": "trukket tilbage",
    "genindsat": "bragt tilbage",
    "tilbageholdt": "holdt tilbage",
}
_MONTH = {"komplet": "komplet", "frist_udloebet": "frist udløbet", "afventer": "afventer"}
