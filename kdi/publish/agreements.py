"""Agreements between municipalities on who may see whose detail: ``aftaler.csv``.

They hold by their dates on the day somebody looks, not on the day the numbers are from or were built. So it is
the reference data in force that count, also when an earlier release is brought back. For a file, that is the day it
is made. Without an agreement in force a municipality sees itself, and the rest as numbers only.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from kdi.lake.store import Lake
from kdi.notation.periods import LOCAL_TIME_ZONE
from kdi.notation.sql import sql_text

EVERYBODY = "alle"


class InvalidAgreement(Exception):
    """A row of ``aftaler.csv`` cannot be understood; the agreements in force stay in force."""


@dataclass(frozen=True)
class Agreement:
    """``cvr`` lets ``deler_med_cvr`` (or everybody) see its rows from ``fra`` to ``til``, both included.

    An empty date is open.
    """

    cvr: str
    deler_med_cvr: str
    fra: date | None
    til: date | None


def read_agreements(reference_folder: Path, known: Container[str]) -> tuple[Agreement, ...]:
    """The agreements in a reference set.

    Args:
        known: the CVR numbers of authorities; nobody else shares or is shared with.

    Raises:
        InvalidAgreement: a row cannot be understood, contradicts itself or another, or names nobody.
    """
    understood = _understood(reference_folder)
    for number, agreement in enumerate(understood, start=1):
        if isinstance(agreement, InvalidAgreement):
            raise agreement
        for column, cvr in (("cvr", agreement.cvr), ("deler_med_cvr", agreement.deler_med_cvr)):
            open_too = " eller alle" if column == "deler_med_cvr" else ""
            if open_too and cvr == EVERYBODY:
                continue
            if not re.fullmatch("[0-9]{8}", cvr):
                raise _invalid(number, f"{column} skal være et CVR-nummer på 8 cifre{open_too}")
            if cvr not in known:
                raise _invalid(number, f"ingen kommune eller myndighed har CVR-nummeret {cvr} ({column})")
    return tuple(a for a in understood if isinstance(a, Agreement))


def _understood(reference_folder: Path) -> list[Agreement | InvalidAgreement]:
    """Each row as an agreement, or as what is wrong with it."""
    path = sql_text(str(reference_folder / "aftaler.parquet"))
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select cvr, deler_med_cvr, fra, til from read_parquet({path}, file_row_number = true)"
            " order by file_row_number"
        ).fetchall()
    found = [_agreement(number, *row) for number, row in enumerate(rows, start=1)]
    return [_overlap(number, one, found) or one for number, one in enumerate(found, start=1)]


def _overlap(
    number: int, one: Agreement | InvalidAgreement, all_of_them: list[Agreement | InvalidAgreement]
) -> InvalidAgreement | None:
    """Two rows of the same two that hold at once say two things of when it ends; neither is to be trusted."""
    for other_number, other in enumerate(all_of_them, start=1):
        if (
            isinstance(one, Agreement)
            and isinstance(other, Agreement)
            and number != other_number
            and (one.cvr, one.deler_med_cvr) == (other.cvr, other.deler_med_cvr)
            and (one.fra or date.min) <= (other.til or date.max)
            and (other.fra or date.min) <= (one.til or date.max)
        ):
            return _invalid(number, f"perioden overlapper række {other_number}, som er en aftale mellem de samme")
    return None


@dataclass(frozen=True)
class Agreements:
    """The agreements in force on one day, as pairs of who shares and with whom (a CVR number or ``alle``)."""

    pairs: frozenset[tuple[str, str]]

    def visible_to(self, viewer: str | None) -> frozenset[str]:
        """CVR numbers of those whose detail the viewer may see; none for the public (None), with whom nobody agrees.

        ``alle`` is all who read with a login, as in PostgreSQL, not everybody.
        """
        if viewer is None:
            return frozenset()
        return frozenset({owner for owner, whom in self.pairs if whom in (EVERYBODY, viewer)} | {viewer})

    @property
    def open_to_all(self) -> frozenset[str]:
        """CVR numbers of those who share with all who read with a login: a supplier, too."""
        return frozenset(owner for owner, whom in self.pairs if whom == EVERYBODY)


NONE = Agreements(frozenset())


def in_force(lake: Lake, on: date | None = None) -> Agreements:
    """The agreements by the reference data in force now, whatever release is shown; ``NONE`` before the first load.

    For those who show what they can read: a row that cannot be understood lets nobody in.

    Args:
        on: the day somebody looks; today in Danish time unless given.
    """
    reference = lake.log.reference()
    if reference is None:
        return NONE
    day = on or datetime.now(ZoneInfo(LOCAL_TIME_ZONE)).date()
    return Agreements(
        frozenset(
            (agreement.cvr, agreement.deler_med_cvr)
            for agreement in _understood(lake.reference_folder(reference))
            if isinstance(agreement, Agreement) and (agreement.fra or date.min) <= day <= (agreement.til or date.max)
        )
    )


def _agreement(
    number: int, cvr: str | None, shares_with: str | None, first: str | None, last: str | None
) -> Agreement | InvalidAgreement:
    if not (cvr and shares_with):
        return _invalid(number, f"{'deler_med_cvr' if cvr else 'cvr'} skal være et CVR-nummer på 8 cifre")
    days = []
    for column, value in (("fra", first), ("til", last)):
        try:
            days.append(date.fromisoformat(value) if value else None)
        except ValueError:
            return _invalid(number, f"{column} skal være en dato som 2022-04-30 eller tom")
    fra, til = days
    if fra and til and til < fra:
        return _invalid(number, f"aftalen slutter {last}, før den begynder {first}")
    if cvr == shares_with:
        return _invalid(number, "en myndighed deler ikke med sig selv; deler_med_cvr skal være en anden")
    return Agreement(cvr, shares_with, fra, til)


def _invalid(number: int, what: str) -> InvalidAgreement:
    return InvalidAgreement(
        f"reference/aftaler.csv, række {number}: {what}. Ret rækken;"
        " de aftaler, der gælder i PostgreSQL, gælder fortsat."
    )
