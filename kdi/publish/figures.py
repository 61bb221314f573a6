"""Figures that cannot be: what would be published, compared with itself and with the release before.

The rules stand in ``expectations/figures.yml``. A finding holds the release back until somebody accepts it with a
reason; the acceptance is an event in the delivery log and is good for that very finding alone.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa
import yaml
from pydantic import BaseModel, ConfigDict

from kdi.lake.delivery import Event
from kdi.notation import cpr
from kdi.notation.sql import sql_text
from kdi.settings import PROJECT_ROOT

RULES = PROJECT_ROOT / "expectations" / "figures.yml"
# The release before is an older platform's, or damaged.
_UNREADABLE = (duckdb.BinderException, duckdb.CatalogException, duckdb.IOException, duckdb.SerializationException)
# Names in a sentence; all of them are in the tables.
_LONGEST = 300


class Rule(BaseModel):
    """One rule: a query that gives a row when it is broken, and what to say then. See the file's first lines."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    severity: Literal["critical", "warning"]
    sql: str
    says: str
    remedy: str
    compares: bool = False


@dataclass(frozen=True)
class FigureFinding:
    """A rule that is broken, in a Danish sentence. ``godkendt`` is the reason of whoever accepted it."""

    fund_id: str
    regel: str
    alvor: str
    tekst: str
    godkendt: str | None = None

    @property
    def holds_back(self) -> bool:
        """Whether nothing may be published because of it."""
        return self.alvor == "critical" and self.godkendt is None


class FiguresCannotBe(Exception):
    """Findings that nobody has accepted; nothing is published."""


@cache
def rules(path: Path = RULES) -> tuple[Rule, ...]:
    """All rules, in the file's order."""
    return tuple(Rule.model_validate(rule) for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"])


def findings(
    connection: duckdb.DuckDBPyConnection, before: Path | None, rows_before: Mapping[str, int], events: Iterable[Event]
) -> list[FigureFinding]:
    """The rules that a build breaks.

    Args:
        connection: to the build, with what would be published attached as ``kdi``.
        before: the database of the release before; None for the first.
        rows_before: rows of its tables, by schema and name.
        events: the decisions of the delivery log.
    """
    accepted = {e.leverance_id: e.grund for e in events if e.handling == "godkendt"}
    unread: list[FigureFinding] = []
    if before:
        try:
            connection.execute(f"attach {sql_text(str(before))} as foer (read_only)")
            _count_rows(connection, rows_before)
        except duckdb.Error as error:  # damaged; the scrub names it, and a build from the lake puts it right
            unread, before = [_not_compared("udgivelsen_foer", before, error)], None
    found = [f for rule in rules() if before or not rule.compares for f in _broken(connection, rule, before)]
    found += unread
    if before:
        connection.execute("detach foer")
    return [replace(f, godkendt=accepted.get(f.fund_id)) for f in found]


def _count_rows(connection: duckdb.DuckDBPyConnection, rows_before: Mapping[str, int]) -> None:
    tables = [
        f"{schema}.{name}"
        for schema, name in connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'kdi' and not internal"
        ).fetchall()
    ]
    now = {t: connection.execute(f"select count(*) from kdi.{t}").fetchall()[0][0] for t in tables}
    counted = [{"tabel": t, "foer": rows_before[t], "nu": now.get(t, 0)} for t in sorted(rows_before)]
    schema = pa.schema({"tabel": pa.string(), "foer": pa.int64(), "nu": pa.int64()})
    connection.register("antal_raekker", pa.Table.from_pylist(counted, schema))


def _broken(connection: duckdb.DuckDBPyConnection, rule: Rule, before: Path | None) -> list[FigureFinding]:
    compared = f" (sammenlignet med {before.parent.name})" if before and rule.compares else ""
    try:
        result = connection.execute(rule.sql)
    except _UNREADABLE as error:
        if not (before and rule.compares):
            raise
        return [_not_compared(rule.name, before, error)]
    columns = [d[0] for d in result.description or ()]
    found = []
    for values in result.fetchall():
        named = dict(zip(columns, values, strict=True))
        digest = hashlib.sha256(f"{rule.name}\0{named['maengde']}".encode()).hexdigest()[:8]
        says = rule.says.format(**{c: _told(v) for c, v in named.items()})
        found.append(
            FigureFinding(f"{rule.name}-{digest}", rule.name, rule.severity, f"{says}{compared} {rule.remedy}")
        )
    return found


def _not_compared(rule: str, before: Path, error: Exception) -> FigureFinding:
    """Told, and no reason to hold back: what is published is whole, only the release before is not."""
    name = before.parent.name
    text = f"Ikke sammenlignet med {name}, som har andre tabeller eller ikke kan læses ({type(error).__name__})."
    return FigureFinding(f"{rule}-ulaest", rule, "warning", text)


def _told(value: object) -> str:
    text = str(value)
    return cpr.masked(text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …")


def described(finding: FigureFinding) -> str:
    """The sentence, and how it is accepted where somebody may."""
    if finding.godkendt is not None:
        return f"{finding.tekst} Godkendt: {finding.godkendt}"
    if not finding.holds_back:
        return finding.tekst
    return f"{finding.tekst} Er tallene rigtige: kdi finding accept {finding.fund_id} --reason … --by …, og kdi load."


def require(found: Iterable[FigureFinding]) -> list[dict[str, str | None]]:
    """What the release's manifest tells of the findings.

    Raises:
        FiguresCannotBe: one of them holds the release back.
    """
    found = list(found)
    if held := [described(f) for f in found if f.holds_back]:
        raise FiguresCannotBe("\n".join(held))
    return [asdict(f) for f in found]
