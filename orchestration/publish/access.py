"""Who sees which rows of a published table: the decisions in ``adgang.yml``, as data.

What belongs here is the decision itself. How PostgreSQL is made to keep it stands in ``publish/postgres``.
"""

from functools import cache
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

from orchestration.settings import PROJECT_ROOT

DECISIONS = PROJECT_ROOT / "orchestration" / "publish" / "adgang.yml"


class Undecided(Exception):
    """A published table has no decision on who sees it; the message says what to do."""


class Decision(BaseModel):
    """Who sees which rows of one table; see the head of ``adgang.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    adgang: Literal["alle", "egne", "kombit"]
    grund: str
    myndighed: Literal["myndighed_id", "cvr"] | None = None
    noegle: tuple[str, ...] = ()
    anonym: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _own_rows_have_an_owner(self) -> "Decision":
        if (self.adgang == "egne") != (self.myndighed is not None):
            raise ValueError("adgang: egne kræver myndighed, og kun den")
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
                f"{table}: der er ikke taget stilling til, hvem der må se tabellen i PostgreSQL."
                " Skriv det i orchestration/publish/adgang.yml."
            )
        return self.tabeller[table]


@cache
def decisions() -> Decisions:
    """The decisions that ship with the project."""
    return Decisions.model_validate(yaml.safe_load(DECISIONS.read_text(encoding="utf-8")))
