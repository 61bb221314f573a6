"""The sources for readers: what has come, what is late, and what comes next, by ``marts.leverance_status``.

The judgement (late, missing, refused) is the calendars' (``lake/calendars.py``); here it becomes sentences.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from expectations.profiles import profiles
from kdi.notation import danish
from kdi.report.edition import Edition

_HERE = ("publiceret", "publiceret_delvist")
_LATE = ("forsinket", "mangler")
_STOPPED = {
    "tilbageholdt": "er holdt tilbage til gennemsyn",
    "afvist": "er afvist",
    "trukket_tilbage": "er trukket tilbage",
}


@dataclass(frozen=True)
class Source:
    """A source on the status date.

    Attributes:
        newest: the last day that what is published of it tells of; None when nothing is.
        late_since: the day after the oldest one that has not come was due; None when nothing is late.
        is_preliminary: whether what is late or stopped belongs to the month that is shown, or to one before.
        stopped: the periods that came and do not count, with what became of them.
        next_due: when the next delivery is due at the latest; None when none is expected.
    """

    code: str
    newest: date | None
    late_since: date | None
    is_preliminary: bool
    stopped: tuple[tuple[str, str], ...]
    next_due: date | None

    @property
    def name(self) -> str:
        profile = profiles().get(self.code)
        return profile.title if profile else self.code

    @property
    def is_in_order(self) -> bool:
        return self.late_since is None and not self.stopped

    def sentences(self, month: date) -> list[str]:
        """What is wrong, one sentence for each kind; none when all is in order."""
        if self.is_preliminary:
            profile = profiles().get(self.code)
            effect = f"{profile.figures if profile else 'tal'} i {danish.month(month)} er foreløbige"
        else:
            effect = f"det seneste er fra {danish.day(self.newest)}" if self.newest else "der er ingen tal endnu"
        said = []
        if self.late_since:
            said.append(f"{self.name} mangler siden {danish.day(self.late_since)}; {effect}.")
        said += [f"{self.name} for {period} {what}; {effect}." for period, what in self.stopped]
        return said


def of(edition: Edition) -> list[Source]:
    """All sources that have delivered or should have, by name."""
    rows = edition.rows("select * from marts.leverance_status order by periode_til")
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["kilde"], []).append(row)
    sources = [_source(code, rows, edition.month_end) for code, rows in found.items()]
    return sorted(sources, key=lambda source: source.name.casefold())


def _source(code: str, rows: list[dict[str, Any]], month_end: date) -> Source:
    late = [r for r in rows if r["status"] in _LATE]
    stopped = [r for r in rows if r["status"] in _STOPPED]
    due = [r["forventet"] for r in rows if r["status"] == "forventet"]
    # a list or an extract that has not come takes nothing from the figures that the last one gave
    of_the_month = [r for r in late + stopped if r["periode"] and r["periode_til"] <= month_end]
    return Source(
        code,
        max((r["periode_til"] for r in rows if r["status"] in _HERE), default=None),
        min((r["forventet"] for r in late), default=None),
        bool(of_the_month),
        tuple((_period(r), _STOPPED[r["status"]]) for r in stopped),
        min(due, default=None),
    )


def _period(row: dict[str, Any]) -> str:
    name = row["periode"] or ""
    return danish.month(row["periode_til"]) if len(name) == 7 else danish.day(row["periode_til"])


def headline(sources: list[Source], month: date) -> str:
    """``Alle 8 kilder er leveret til tiden. Næste: KITOS, 2. april 2023.``, or what is wrong."""
    if not sources:
        return "Der er ingen leverancer."
    wrong = [s for source in sources for s in source.sentences(month)]
    waiting = [source for source in sources if not source.is_in_order]
    if len(wrong) == 1:
        said = wrong[0]
    elif waiting:
        said = f"{len(waiting)} af {len(sources)} kilder mangler noget: {danish.listed([s.name for s in waiting])}."
    elif len(sources) == 1:
        said = f"{sources[0].name} er leveret til tiden."
    else:
        said = f"Alle {len(sources)} kilder er leveret til tiden."
    coming = min((s for s in sources if s.next_due), key=lambda s: (s.next_due, s.name), default=None)
    return f"{said} Næste: {coming.name}, {danish.day(coming.next_due)}." if coming and coming.next_due else said
