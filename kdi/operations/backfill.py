"""``kdi backfill plan``: what taking in a span of months would do, told before anything is started."""

from collections.abc import Iterator
from dataclasses import dataclass

from expectations.profiles import Profile, call_sources, profiles
from kdi.ingest.intake import Reception, find_pending
from kdi.lake.calendars import is_closed
from kdi.lake.standing import Standing, standings_in
from kdi.notation import danish

# Measured on two cores: reading, judging and storing a file, its bytes, and a build with each month it makes anew.
_SECONDS_A_FILE, _BYTES_A_SECOND, _SECONDS_A_BUILD, _SECONDS_A_MONTH = 0.05, 15e6, 20, 0.5
_KPI_WINDOW = 24  # a month's figures are in the KPIs of this month and the 23 after it
_MOST_NAMED = 5


@dataclass(frozen=True)
class SourcePlan:
    """What lies in the span for one source: new files, and the deliveries that are there."""

    source: str
    new: tuple[str, ...]  # periods
    bytes: int
    in_lake: int
    waiting: tuple[Standing, ...]
    will_be_held_back: tuple[str, ...]

    @property
    def counting(self) -> list[str]:
        """New periods that will count when nothing is wrong with their files."""
        return [period for period in self.new if period not in self.will_be_held_back]


@dataclass(frozen=True)
class BackfillPlan:
    """A span of months, both included, as YYYY-MM."""

    first: str
    last: str
    sources: tuple[SourcePlan, ...]

    @property
    def months(self) -> list[str]:
        """The months of calls that a load of the span would make anew."""
        return sorted({p[:7] for s in self.sources if s.source in call_sources() for p in s.counting})

    @property
    def seconds(self) -> float:
        """About how long the intake and one build take."""
        files = sum(len(s.new) for s in self.sources)
        if not files:
            return 0
        read = files * _SECONDS_A_FILE + sum(s.bytes for s in self.sources) / _BYTES_A_SECOND
        return read + _SECONDS_A_BUILD + _SECONDS_A_MONTH * (len(self.months) + _KPI_WINDOW - 1)


def plan_backfill(reception: Reception, first: str, last: str) -> BackfillPlan:
    """Look at inbox and log; reads no file that was read before and changes nothing."""
    log = reception.lake.log
    standings, published = standings_in(log), log.publications()
    return BackfillPlan(
        first, last,
        tuple(_of_source(reception, p, standings, published, first, last) for p in profiles().values()),
    )  # fmt: skip


def _of_source(
    reception: Reception, profile: Profile, standings: list[Standing], published: dict[str, str], first: str, last: str
) -> SourcePlan:
    own = [s for s in standings if s.delivery.kilde == profile.source]
    here = [s for s in own if first <= s.delivery.periode[:7] <= last]
    files = [f for f in find_pending(reception, profile).files if first <= f.period[:7] <= last]
    known = {s.delivery.periode for s in own if s.delivery.leverance_id in published}
    new = sorted({f.period for f in files})
    return SourcePlan(
        profile.source,
        tuple(new),
        sum(f.size for f in files),
        sum(s.state == "gaelder" for s in here),
        tuple(s for s in here if s.needs_somebody),
        tuple(p for p in new if p in known and is_closed(profile, p, reception.on)),
    )


def plan_lines(plan: BackfillPlan) -> Iterator[str]:
    """The plan in Danish."""
    yield f"{plan.first} til {plan.last}"
    for source in plan.sources:
        if source.new or source.in_lake or source.waiting:
            size = f", {danish.number(source.bytes / 1e6, 1)} MB" if source.new else ""
            yield f"  {source.source:<20} {len(source.new)} nye filer{size}; {source.in_lake} i søen"
        if source.will_be_held_back:
            yield f"    ville blive holdt tilbage (lukket måned): {_some(source.will_be_held_back)}"
        for standing in source.waiting[:_MOST_NAMED]:
            word = {"tilbageholdt": "holdt tilbage", "afvist": "afvist"}.get(standing.state, "rækker i karantæne")
            yield f"    venter på nogen: {standing.delivery.fil} ({word})"
        if len(source.waiting) > _MOST_NAMED:
            yield f"    og {len(source.waiting) - _MOST_NAMED} til, der venter"
    if not plan.seconds:
        yield "Intet nyt at indlæse; der bygges ingen måneder."
        return
    yield f"Måneder, der bygges: {_some(tuple(plan.months)) or 'ingen'} ({len(plan.months)})"
    yield f"Tid: omtrent {max(round(plan.seconds / 60), 1)} min. Start: kdi load --from {plan.first} --to {plan.last}"


def _some(items: tuple[str, ...]) -> str:
    return ", ".join(items[:12]) + (" …" if len(items) > 12 else "")
