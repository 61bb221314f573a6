"""Reference files as data: what each must hold, in the YAML file of its name beside this module."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

FOLDER = Path(__file__).parent

ColumnType = Literal["tekst", "navn", "kode", "kommune_kode", "snitflade", "cvr", "uuid", "heltal", "dato", "valg"]

# Codes that several files have: the pattern of the whole value, and the pattern in words.
_CODES: dict[str, tuple[str, str]] = {
    "kommune_kode": ("0[0-9]{3}", "fire cifre som 0101"),
    "snitflade": ("", "en snitflade som SF1470 eller SF1460_A"),
    "cvr": ("(?!00000000)[0-9]{8}", "et CVR-nummer på 8 cifre"),
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """One column of a reference file."""

    name: str
    type: ColumnType
    promised: bool = Field(True, description="Whether a file without the column is faulty.")
    required: bool = Field(True, description="Whether an empty cell is a fault.")
    pattern: str = Field("", description="What a 'kode' is, whole.")
    shape: str = Field("", description="The pattern in Danish words, with an example.")
    also: tuple[str, ...] = Field((), description="Words that may stand instead.")
    values: tuple[str, ...] = Field((), description="What a 'valg' may be, in any case.")
    lowest: int = Field(0, description="Of a 'heltal'.")
    highest: int = Field(999_999_999, description="Of a 'heltal'.")

    @model_validator(mode="before")
    @classmethod
    def _known_code(cls, values: dict) -> dict:
        if values.get("type") in _CODES:
            pattern, shape = _CODES[values["type"]]
            values = {"pattern": pattern, "shape": shape, **values}
        return values


class Period(_Strict):
    """Two columns of dates, both included; an empty one is open."""

    first: str
    last: str
    of: tuple[str, ...] = Field((), description="Rows that share these columns must not overlap.")


class Rule(_Strict):
    """A demand on a whole file, or on two together.

    ``sql`` gives a row for each breach: ``raekke`` (null: the file as a whole) and what ``says`` names in braces.
    It sees every file of the set as a table of texts, those built in under ``indbygget``, and ``i_dag``.
    """

    name: str
    sql: str
    says: str
    remedy: str = ""
    column: str | None = None
    kind: Literal["fault", "note"] = "fault"
    needs: tuple[str, ...] = Field((), description="<file>.<column> that must be sound for the rule to mean much.")


class ReferenceProfile(_Strict):
    """One reference file."""

    file: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = Field(description="Columns that identify a row; letters' case does not matter.")
    period: Period | None = None
    rules: tuple[Rule, ...] = ()
    unused: str = Field("", description="Said of a file whose rows no product uses yet.")

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(c.name for c in self.columns)


@cache
def reference_profiles(folder: Path = FOLDER) -> dict[str, ReferenceProfile]:
    """All profiles by file.

    Raises:
        pydantic.ValidationError: a profile has an unknown key or a wrong value.
    """
    found = [
        ReferenceProfile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        for path in sorted(folder.glob("*.yml"))
    ]
    return {profile.file: profile for profile in found}


@cache
def fingerprint() -> str:
    """Changes when what is demanded does: a set that is in force is then judged again."""
    profiles = reference_profiles().values()
    return hashlib.sha256("\n".join(p.model_dump_json() for p in profiles).encode()).hexdigest()[:12]
