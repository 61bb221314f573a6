"""Agreements between municipalities on who may see whose detail: ``aftaler.csv``.

They hold by their dates on the day somebody looks, not on the day the numbers are from or were built. So it is
the reference data in force that count, also when an earlier release is brought back. For a file, that is the day it
is made. Without an agreement in force a municipality sees itself, and the rest as numbers only.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from orchestration.ingest.rules import LOCAL_TIME_ZONE, sql_text
from orchestration.lake.delivery_log import DeliveryLog
from orchestration.lake.reference import reference_folder
from orchestration.settings import Settings

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


def read_agreements(reference_folder: Path) -> tuple[Agreement, ...]:
    """The agreements in a reference set.

    Raises:
        InvalidAgreement: a CVR number or date cannot be understood.
    """
    path = sql_text(str(reference_folder / "aftaler.parquet"))
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select cvr, deler_med_cvr, fra, til from read_parquet({path}, file_row_number = true)"
            " order by file_row_number"
        ).fetchall()
    return tuple(_agreement(number, *row) for number, row in enumerate(rows, start=1))


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


NONE = Agreements(frozenset())


def in_force(settings: Settings, on: date | None = None) -> Agreements:
    """The agreements by the reference data in force now, whatever release is shown; ``NONE`` before the first load.

    For those who show what they can read: an empty date is open, one that cannot be read lets nobody in.

    Args:
        on: the day somebody looks; today in Danish time unless given.
    """
    reference = DeliveryLog(settings.delivery_log).reference()
    if reference is None:
        return NONE
    path = reference_folder(settings, reference) / "aftaler.parquet"
    with duckdb.connect() as connection:
        pairs = connection.execute(
            f"""select cvr, deler_med_cvr from read_parquet({sql_text(str(path))})
            where cvr is not null and deler_med_cvr is not null
                and (nullif(fra, '') is null or try_cast(fra as date) <= $1)
                and (nullif(til, '') is null or try_cast(til as date) >= $1)""",
            [on or datetime.now(ZoneInfo(LOCAL_TIME_ZONE)).date()],
        ).fetchall()
    return Agreements(frozenset(pairs))


def _agreement(number: int, cvr: str | None, shares_with: str | None, first: str | None, last: str | None) -> Agreement:
    for column, value in (("cvr", cvr), ("deler_med_cvr", shares_with)):
        is_open = column == "deler_med_cvr" and value == EVERYBODY
        if not is_open and not (value and len(value) == 8 and value.isdigit()):
            raise _invalid(number, column, "et CVR-nummer på 8 cifre" + (" eller alle" if column != "cvr" else ""))
    return Agreement(str(cvr), str(shares_with), _day(number, "fra", first), _day(number, "til", last))


def _day(number: int, column: str, value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise _invalid(number, column, "en dato som 2022-04-30 eller tom") from None


def _invalid(number: int, column: str, rule: str) -> InvalidAgreement:
    return InvalidAgreement(
        f"reference/aftaler.csv, række {number}: {column} skal være {rule}. Ret rækken;"
        " de aftaler, der gælder i PostgreSQL, gælder fortsat."
    )
