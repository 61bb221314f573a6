"""Delivery profiles: how a source's files are named, written and typed.

A profile is a YAML file in ``expectations/profiles``. It maps the supplier's headers onto the
canonical columns, so that a new header or delimiter is a changed line of YAML and no code.
"""

import hashlib
import re
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

PROFILE_FOLDER = Path(__file__).parent

ColumnType = Literal[
    "tidspunkt", "dato", "maaned", "cvr", "uuid", "tekst", "snitflade", "valg", "ord", "kle_nummer", "antal",
    "antal_maskeret",
]  # fmt: skip
Rhythm = Literal["dag", "maaned", "udtraek"]
# A mapping of lists as it is written in YAML, kept as what can be hashed.
Lists = Annotated[
    tuple[tuple[str, tuple[str, ...]], ...],
    BeforeValidator(lambda value: tuple(value.items()) if isinstance(value, dict) else value),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """One canonical column and the headers under which suppliers deliver it."""

    name: str
    type: ColumnType
    headers: tuple[str, ...] = Field((), description="Other headers; in JSON the path, as in systemContext.uuid.")
    required: bool = Field(True, description="Whether an empty field is a fault.")
    values: tuple[str, ...] = Field((), description="What a 'valg' may be, in any case; # stands for a number.")
    may_name_nobody: bool = Field(
        False, description="Whether a UUID of nobody (nil) is taken: the row counts, for somebody who is not known."
    )
    words: Lists = Field(
        (), description="The wordings of each code of an 'ord'; # stands for a number. Others are set aside."
    )
    beside: Lists = Field(
        (), description="Codes of another column; beside others this one is told of and sets nothing."
    )

    @property
    def accepted_headers(self) -> tuple[str, ...]:
        """The canonical name and every alias, compared after trimming and case-folding."""
        return (self.name, *self.headers)


class Matrix(_Strict):
    """A sheet with one column per interface, turned into one row per row and interface."""

    name_column: str = Field(description="Canonical column that gets what the header says.")
    value_column: str = Field(description="Canonical column that gets the cell.")
    reason_column: str | None = Field(None, description="Canonical column that gets the reason given for the cell.")
    reason_words: tuple[str, ...] = Field(
        (), description="A header that names an interface and has one of these words first or last is its reasons'."
    )

    @property
    def made_columns(self) -> tuple[str, ...]:
        """The canonical columns that a row of the sheet does not have itself."""
        return (self.name_column, self.value_column, *filter(None, [self.reason_column]))


class FileFormat(_Strict):
    """How the bytes are written. Workbooks use ``sheet`` and ``header_row``, CSV all but ``sheet``."""

    delimiter: str = ";"
    encoding: str = "utf-8"
    date_format: str = Field("%Y-%m-%d", description="Of 'dato' columns, beside ISO 8601; as strptime writes it.")
    decimal: Literal[",", "."] | None = Field(
        None,
        description="Decimal sign of counts in CSV; the other sign, blanks and ' may part thousands.",
    )
    sheet: str | None = Field(None, description="None: the first sheet with the agreed header.")
    header_row: int | None = Field(None, ge=1, description="None: the first row with the agreed header.")


class Calendar(_Strict):
    """When a source's deliveries are due. Days count from the last day of the period, or from the last extract."""

    due_days: int | None = Field(None, ge=0, description="Days and months: due so many days after the period's end.")
    longest_interval_days: int | None = Field(
        None, ge=1, description="Extracts: the next is due so long after the last."
    )
    grace_days: int = Field(ge=0, description="So many days late are waited for; then the period is missing.")
    first: date | None = Field(None, description="First day expected; None: that of the oldest delivery.")
    last: date | None = Field(None, description="Last day expected, of a source that has ended.")

    @property
    def patience(self) -> timedelta:
        """From the period's end, or the last extract, until a delivery counts as missing."""
        return timedelta(days=(self.due_days or self.longest_interval_days or 0) + self.grace_days)


class Volume(_Strict):
    """How far from the usual a delivery may be before it is held back until somebody accepts it."""

    lowest: float = Field(gt=0, lt=1, description="Share of the usual level, in rows and in the sum of the measure.")
    highest: float = Field(gt=1, description="Times the usual level.")
    least_rows: int = Field(ge=1, description="Levels below so many rows say too little to judge by.")


_NOT_OF_READING = {"calendar", "volume", "closed_after_months", "title", "calls", "build_reads", "figures"}


class Profile(_Strict):
    """One source's deliveries."""

    source: str
    title: str = Field(description="Its name for readers.")
    supplier: str
    description: str
    rhythm: Rhythm
    calls: bool = Field(False, description="Whether it counts a platform's calls: with these a month is whole.")
    build_reads: Literal["touched", "months", "all"] = Field(
        "all",
        description="The periods that differ; all of a month in which calls do; or everything, as of a list of how"
        " things stand, whose dates are seen in the light of each other.",
    )
    figures: str = Field("tal", description="What readers' figures are called that are preliminary while it is late.")
    extensions: tuple[str, ...]
    format: FileFormat = FileFormat()
    matrix: Matrix | None = None
    columns: tuple[Column, ...]
    key: tuple[str, ...] = Field(description="Columns that identify a row within one delivery.")
    rows_may_repeat: bool = Field(False, description="Whether that is a fault only where they stand in several sheets.")
    rejected_share_allowed: float = Field(
        0.001, description="A delivery with a larger share of refused rows is refused whole."
    )
    calendar: Calendar | None = Field(None, description="None: no delivery is expected.")
    volume: Volume | None = Field(None, description="None: any volume is published.")
    closed_after_months: int | None = Field(
        None, ge=0, description="So many whole months after its own a published month is restated by consent only."
    )
    largest_count: int = Field(999_999_999, description="Ten digits are no count of one row; they may be a CPR number.")

    @property
    def measure(self) -> Column | None:
        """The last counted column; control totals are sums of it. None: they are numbers of rows."""
        return next((c for c in reversed(self.columns) if c.type in ("antal", "antal_maskeret")), None)

    @property
    def moment(self) -> Column | None:
        """The hour column, for sources that have one."""
        return next((c for c in self.columns if c.type == "tidspunkt"), None)

    @property
    def labels(self) -> tuple[Column, ...]:
        """All columns that are neither the measure nor the moment: few distinct values."""
        return tuple(c for c in self.columns if c not in (self.measure, self.moment))

    @model_validator(mode="after")
    def _calendar_fits_rhythm(self) -> "Profile":
        if self.calendar and (self.calendar.due_days is None) != (self.rhythm == "udtraek"):
            raise ValueError("calendar: due_days is for days and months, longest_interval_days for extracts")
        return self

    @property
    def hides_counts(self) -> bool:
        """Whether small counts of the source are hidden: then nothing that follows from its numbers is shown either."""
        return any(c.type == "antal_maskeret" for c in self.columns)

    @property
    def vocabularies(self) -> tuple[Column, ...]:
        """The columns whose wordings become codes when a build reads them."""
        return tuple(c for c in self.columns if c.type == "ord")

    @property
    def fingerprint(self) -> str:
        """Changes when the way of reading does: a refused file is then read again."""
        reading = self.model_dump_json(exclude=_NOT_OF_READING)
        return hashlib.sha256(reading.encode()).hexdigest()[:12]

    def period_of(self, file_name: str) -> str | None:
        """The period in a file name (``2022-04-30`` or ``2022-04``); None if it is not of this source."""
        period = r"\d{4}-\d{2}" if self.rhythm == "maaned" else r"\d{4}-\d{2}-\d{2}"
        suffixes = "|".join(re.escape(e) for e in self.extensions)
        match = re.fullmatch(rf"{self.source}_({period})({suffixes})", file_name, re.IGNORECASE | re.ASCII)
        return match[1] if match else None


@cache
def profiles(folder: Path = PROFILE_FOLDER) -> dict[str, Profile]:
    """All profiles by source.

    Raises:
        pydantic.ValidationError: a profile has an unknown key or a wrong value.
    """
    found = [
        Profile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        for path in sorted(folder.glob("*.yml"))
    ]
    return {profile.source: profile for profile in found}


@cache
def call_sources() -> tuple[str, ...]:
    """The sources that count calls, those by day first."""
    found = [p for p in profiles().values() if p.calls]
    return tuple(p.source for p in sorted(found, key=lambda p: (p.rhythm != "dag", p.source)))
