"""Who sees which rows of a published table: the decisions in ``adgang.yml``, as data.

What belongs here is the decision itself. How PostgreSQL is made to keep it stands in ``publish/postgres``.
"""

from functools import cache
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

from kdi.settings import PROJECT_ROOT

DECISIONS = PROJECT_ROOT / "kdi" / "publish" / "adgang.yml"


class Undecided(Exception):
    """A published table has no decision on who sees it; the message says what to do."""


class Several(BaseModel):
    """How many municipalities stand behind a figure of several, and what each gives: SQL, see the head of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kommuner: str
    bidrag: str | None = None


class Numbers(BaseModel):
    """Whose data the numbers of a table are; the kinds are explained at the head of ``adgang.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ingens: tuple[str, ...] = ()
    egne: tuple[str, ...] = ()
    erklaeret: tuple[str, ...] = ()
    optalt: tuple[str, ...] = ()
    sager: tuple[str, ...] = ()
    landet: tuple[str, ...] = ()
    led: tuple[str, ...] = ()
    flere: dict[str, Several] = {}

    def all(self) -> list[str]:
        """Every column that is declared; twice if it is declared twice."""
        return [column for _, columns in self for column in columns]


class Decision(BaseModel):
    """Who sees which rows of one table; see the head of ``adgang.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    adgang: Literal["alle", "egne", "kombit"]
    grund: str
    myndighed: Literal["myndighed_id", "cvr"] | None = None
    noegle: tuple[str, ...] = ()
    anonym: tuple[str, ...] = ()
    tal: Numbers = Numbers()

    @model_validator(mode="after")
    def _own_rows_have_an_owner(self) -> "Decision":
        if (self.adgang == "egne") != (self.myndighed is not None):
            raise ValueError("adgang: egne kræver myndighed, og kun den")
        return self

    @model_validator(mode="after")
    def _numbers_fit_the_rows(self) -> "Decision":
        twice = {c for c in self.tal.all() if self.tal.all().count(c) > 1}
        if twice:
            raise ValueError(f"tal: {', '.join(sorted(twice))} står to gange")
        if self.adgang == "alle" and (self.tal.egne or self.tal.sager):
            raise ValueError("tal: egne og sager kan kun stå i tabeller, hvor adgang er egne")
        if not set(self.anonym) <= set(self.tal.flere):
            raise ValueError("anonym: kolonnerne skal stå under tal: flere")
        return self


class Decisions(BaseModel):
    """All decisions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tabeller: dict[str, Decision]

    def of(self, table: str) -> Decision:
        """The decision on a table (``kpi.sapa``).

        Raises:
            Undecided: there is none.
        """
        if table not in self.tabeller:
            raise Undecided(
                f"{table}: der er ikke taget stilling til, hvem der må se tabellen. Skriv det i kdi/publish/adgang.yml."
            )
        return self.tabeller[table]


@cache
def decisions() -> Decisions:
    """The decisions that ship with the project."""
    return Decisions.model_validate(yaml.safe_load(DECISIONS.read_text(encoding="utf-8")))
