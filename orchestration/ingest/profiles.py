"""Delivery profiles: how a source's files are named, written and typed.

A profile is a YAML file in ``expectations/profiles``. It maps the supplier's headers onto the
canonical columns, so that a new header or delimiter is a changed line of YAML and no code.
"""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from orchestration.settings import PROJECT_ROOT

PROFILE_FOLDER = PROJECT_ROOT / "expectations" / "profiles"

ColumnType = Literal[
    "tidspunkt", "dato", "maaned", "cvr", "uuid", "tekst", "valg", "kle_nummer", "antal", "antal_maskeret"
]  # fmt: skip
Rhythm = Literal["dag", "maaned", "udtraek"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """One canonical column and the headers under which suppliers deliver it."""

    name: str
    type: ColumnType
    headers: tuple[str, ...] = Field((), description="Other headers; in JSON the path, as in systemContext.uuid.")
    required: bool = Field(True, description="Whether an empty field is a fault.")
    values: tuple[str, ...] = Field((), description="What a 'valg' may be, in any case; # stands for a number.")

    @property
    def accepted_headers(self) -> tuple[str, ...]:
        """The canonical name and every alias, compared after trimming and case-folding."""
        return (self.name, *self.headers)


class Matrix(_Strict):
    """A sheet with one column per thing, turned into one row per row and thing."""

    name_column: str = Field(description="Canonical column that gets what the header says.")
    value_column: str = Field(description="Canonical column that gets the cell.")
    header_pattern: str = Field(description="Headers that are such columns.")
    name: str = Field(description="What is put in name_column, from the pattern's groups; _ at its ends is left out.")


class FileFormat(_Strict):
    """How the bytes are written. Excel uses ``sheet`` and ``header_row``, CSV the rest."""

    delimiter: str = ";"
    encoding: str = "utf-8"
    date_format: str = Field("%Y-%m-%d", description="Of 'dato' columns, beside ISO 8601; as strptime writes it.")
    sheet: str | None = Field(None, description="None: the first sheet with the agreed header.")
    header_row: int | None = Field(None, ge=1, description="None: the first row with the agreed header.")


class Profile(_Strict):
    """One source's deliveries."""

    source: str
    supplier: str
    description: str
    rhythm: Rhythm
    extensions: tuple[str, ...]
    format: FileFormat = FileFormat()
    matrix: Matrix | None = None
    columns: tuple[Column, ...]
    key: tuple[str, ...] = Field(description="Columns that identify a row within one delivery.")
    rejected_share_allowed: float = Field(
        0.001, description="A delivery with a larger share of refused rows is refused whole."
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

    @property
    def fingerprint(self) -> str:
        """Changes when the profile does: a refused file is then read again."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

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
