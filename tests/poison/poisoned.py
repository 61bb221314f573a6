"""The small world's deliveries with a row more for each poisonous value in each column: every other row is as it was.

A poisonous row is about an authority, a system, a service and a unit of its own, so no figure of others may move.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from samples import world
from samples.deliveries import (
    Delivery,
    Row,
    System,
    call,
    calls_in_month,
    cases,
    demand,
    in_use,
    lookups,
    status,
    usage,
    uuid_of,
)
from samples.files import csv_bytes

from .values import POISON, Poison

AUTHORITY = "Giftmyndigheden"
# What readers see as it was delivered.
_TEXTS = ("_navn", "service", "stoettesystem", "kle_emne", "ydelsesomraade", "use_case", ".name")


class Quoted(Delivery):
    """A file with every field in quotes: Python's csv module lets a carriage return alone stand without (until 3.13)."""

    @property
    def content(self) -> bytes:
        if self.suffix == ".json":
            return super().content
        return csv_bytes(self.rows, is_quoted=True)


@dataclass(frozen=True)
class Source:
    """A sound delivery, and what makes a row of its kind about a name of its own."""

    sound: Delivery
    row: Callable[[str], Row]

    def delivery(self, every_column: bool) -> Delivery:
        """The sound rows, then the poisoned ones."""
        poisoned = [row for _, row in self.poisoned(every_column)]
        if self.sound.source == "kitos":
            # What it refuses is not kept, as it may name persons, so nobody can accept the rest: its 95 percent of
            # sound rows must be there. They are of the same authority.
            poisoned += [self.row(f"kitos/sund/{n}") for n in range(20 * len(poisoned))]
        return Quoted(self.sound.source, self.sound.period, (*self.sound.rows, *poisoned), self.sound.suffix)

    def poisoned(self, every_column: bool) -> Iterator[tuple[Poison, Row]]:
        """A row for each value in each column; or, for half of the values, one in all that readers see as delivered."""
        columns = _columns(self.row("x"))
        if not every_column:
            texts = [column for column in columns if column.endswith(_TEXTS)]
            for poison in POISON[::2]:
                yield poison, _with(self.row(f"{self.sound.source}/{poison.name}"), texts, poison.text)
            return
        for column in columns:
            few = self.sound.source == "kitos" and not column.endswith(_TEXTS)
            for poison in POISON[:: 10 if few else 1]:
                yield poison, _with(self.row(f"{self.sound.source}/{column}/{poison.name}"), [column], poison.text)


def _with(row: Row, columns: Iterable[str], text: str) -> Row:
    """The row with the text in these columns; ``a.b`` is inside of ``a``."""
    for column in columns:
        outer, _, inner = column.partition(".")
        row = {**row, outer: _with(row[outer], [inner], text) if inner else text}
    return row


def _columns(row: Row) -> tuple[str, ...]:
    """All columns of a flat row; of KITOS' those that are read."""
    if "systemContext" not in row:
        return tuple(row)
    return ("uuid", "systemContext.uuid", "systemContext.name", "organizationContext.cvr", "organizationContext.name",
            "general.validity.validFrom", "general.validity.validTo")  # fmt: skip


def _usage(key: str) -> Row:
    return json.loads(json.dumps(usage(AUTHORITY, f"Gift {key}", "2022-01-01T00:00:00Z"), ensure_ascii=True))


def _status(key: str) -> Row:
    return status(
        f"Gift {key}", uuid_of(key), **dict.fromkeys(("SF1470", "SF1520", "SF1500", "SF1490", "SF1510"), "Nej")
    )


def _sources() -> Iterator[Source]:
    hour, service = "2022-04-01T12:00:00+02:00", "Gift Læs"
    rows: tuple[tuple[Delivery, Callable[[str], Row]], ...] = (
        (world.APRIL_DAY, lambda key: call(hour, AUTHORITY, System(key, f"Gift {key}"), 7, service, "Giftregister")),
        (world.MONTHS[-1], lambda key: calls_in_month("2022-04", AUTHORITY, System(key, f"Gift {key}", "Gift A/S"), service, 7)),
        (world.EXTRACT, lambda key: cases(AUTHORITY, System(key, f"Gift {key}"), "98.01.00", 70)),
        (world.SKI_LIST, lambda key: demand(f"Gift {key}", "SF1470", uuid_of(key))),
        (world.SECOND_STATUS, _status),
        (world.SECOND_USE, lambda key: in_use(AUTHORITY, f"Gift {key}", uuid_of(key), "2022-01-01", "2022-12-31")),
        (world.KITOS, _usage),
        (world.SAPA_MONTHS[1], lambda key: lookups("2022-04", AUTHORITY, key, 3, 5)),
    )  # fmt: skip
    for sound, row in rows:
        yield Source(sound, row)


SOURCES = {source.sound.source: source for source in _sources()}
