"""Judges a whole set of reference files: each by itself, and by what the files must agree on."""

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

import duckdb
import pyarrow as pa

from expectations.findings import Finding, OwnCode
from expectations.reference import ReferenceProfile, Rule, reference_profiles
from kdi.ingest.reference.cells import Fault
from kdi.ingest.reference.files import FileRead, read_file
from kdi.notation import cpr, danish
from kdi.notation.names import compared
from kdi.notation.sql import quoted, sql_text

# A list of codes or names in a sentence; the whole is for the file's owner to find.
_LONGEST_LIST = 300


@dataclass
class JudgedSet:
    """A set of files as it was read, by file name without its suffix."""

    files: dict[str, FileRead] = field(default_factory=dict)

    @property
    def faults(self) -> dict[str, list[Finding]]:
        """What is wrong, by file; empty when the set may be put in force."""
        return {name: read.faults for name, read in self.files.items() if read.faults}

    @property
    def notes(self) -> list[str]:
        """What was left unread or joins nothing, in Danish lines that name the file."""
        return [f"reference/{name}.csv: {note}" for name, read in self.files.items() for note in read.notes]

    def table(self, name: str) -> pa.Table:
        """A file's rows as texts, in order, with its number in ``raekke``."""
        return as_table(self.files[name].rows, reference_profiles()[name])


def as_table(rows: Iterable[tuple[int, Mapping[str, str | None]]], profile: ReferenceProfile) -> pa.Table:
    """Rows as an Arrow table: ``raekke`` and a text for each column."""
    rows = list(rows)
    columns = {n: pa.array([row[n] for _, row in rows], pa.string()) for n in profile.names}
    return pa.table({"raekke": pa.array([number for number, _ in rows], pa.int64()), **columns})


def judge(
    own: Mapping[str, bytes], unread: Mapping[str, list[Finding]], built_in: Mapping[str, bytes], today: date
) -> JudgedSet:
    """Read the files and try every rule on them.

    Args:
        own: the bytes of the user's files. What two files disagree on is told of such a one.
        unread: why others of the user's could not be had.
        built_in: the bytes of the files that the project ships, with which some rules compare too.
        today: what is in force is in force on this day.
    """
    profiles = reference_profiles()
    shipped = {name: _read_once(name, built_in[name]) for name in profiles}
    judged = JudgedSet({n: read_file(own[n], p) if n in own else _copy(shipped[n]) for n, p in profiles.items()})
    for name, faults in unread.items():
        judged.files[name] = FileRead(name, faults=list(faults), unreadable=True, searched=False)
    with duckdb.connect(config={"threads": 1}) as connection:  # the files are small
        connection.execute("create schema indbygget")
        connection.execute(f"set variable i_dag = date {sql_text(today.isoformat())}")
        for name, profile in profiles.items():
            for schema, read in (("main", judged.files[name]), ("indbygget", shipped[name])):
                connection.register("raekker", as_table(read.rows, profile))
                connection.execute(f"create table {schema}.{quoted(name)} as from raekker")
                connection.unregister("raekker")
        for name, profile in profiles.items():
            if not judged.files[name].unreadable:
                _judge_keys(judged.files[name], profile)
                _judge_periods(connection, judged.files[name], profile)
        unsound = {f"{name}.{f.kolonne}" for name, faults in judged.faults.items() for f in faults if f.kolonne}
        for name, profile in profiles.items():
            for rule in profile.rules:
                _try(connection, judged, name, rule, unsound, frozenset(own) | frozenset(unread))
    for name, profile in profiles.items():
        if profile.unused and judged.files[name].rows:
            judged.files[name].notes.append(profile.unused)
    return judged


@lru_cache(maxsize=32)
def _read_once(name: str, content: bytes) -> FileRead:
    """A file of the project; a process that looks again, such as a sensor's, need not read it again."""
    return read_file(content, reference_profiles()[name])


def _copy(read: FileRead) -> FileRead:
    return replace(read, faults=list(read.faults), notes=list(read.notes))


def _judge_keys(read: FileRead, profile: ReferenceProfile) -> None:
    """One row for each key, compared as names are; which of two is right cannot be known here."""
    required = {c.name for c in profile.columns if c.required}
    first: dict[tuple[str, ...], int] = {}
    for number, row in read.rows:
        if any(row[c] is None for c in profile.key if c in required):
            continue
        before = first.setdefault(tuple(compared(row[c] or "") for c in profile.key), number)
        if before != number:
            says = f"Rækken har samme nøgle ({', '.join(profile.key)}) som række {before}."
            read.faults.append(Fault("dublet", raekke=number, says=says, remedy="Behold én række pr. nøgle."))


def _judge_periods(connection: duckdb.DuckDBPyConnection, read: FileRead, profile: ReferenceProfile) -> None:
    period = profile.period
    if not period:
        return
    table = quoted(profile.file)
    reversed_rows = connection.execute(
        f"select raekke from {table} where {period.last} < {period.first} order by raekke"
    ).fetchall()
    read.faults += [
        Fault(
            OwnCode("omvendt_periode"),
            kolonne=period.last,
            raekke=row,
            says=f"{period.last} ligger før {period.first}.",
            remedy="Ret datoerne.",
        )
        for (row,) in reversed_rows
    ]
    if not period.of:
        return
    same = " and ".join(f"lower(en.{c}) = lower(anden.{c})" for c in period.of)
    overlapping = connection.execute(
        f"""select anden.raekke, min(en.raekke) from {table} as en inner join {table} as anden
        on {same} and en.raekke < anden.raekke
        and coalesce(en.{period.first}, '') <= coalesce(anden.{period.last}, '9999-12-31')
        and coalesce(anden.{period.first}, '') <= coalesce(en.{period.last}, '9999-12-31')
        group by all order by all"""
    ).fetchall()
    told = {f.raekke for f in read.faults}
    read.faults += [
        Fault(
            OwnCode("overlappende_periode"),
            kolonne=period.first,
            raekke=row,
            says=f"Perioden overlapper den i række {first}.",
            remedy=f"Lad {period.last} i den ene ligge før {period.first} i den anden.",
        )
        for row, first in overlapping
        if row not in told
    ]


def _try(
    connection: duckdb.DuckDBPyConnection,
    judged: JudgedSet,
    name: str,
    rule: Rule,
    unsound: set[str],
    replaced: frozenset[str],
) -> None:
    """Add what breaks a rule to the file that it is about, or that of the user's own which it names."""
    others = [need.split(".")[0] for need in rule.needs if need.split(".")[0] != name]
    if any(judged.files[f].unreadable for f in (name, *others)) or unsound & set(rule.needs):
        return
    result = connection.execute(rule.sql)
    columns = [d[0] for d in result.description or ()]
    for values in result.fetchall():
        named = {c: _told(v) for c, v in zip(columns, values, strict=True)}
        row = values[columns.index("raekke")]
        says = string.Formatter().vformat(rule.says, (), named)
        if rule.kind == "note":
            judged.files[name].notes.append(says)
            continue
        own_fault = name in replaced or not set(others) & replaced
        owner = name if own_fault else next(f for f in others if f in replaced)
        if not own_fault:
            says, row = f"{name}.csv{f', række {row}' if row else ''}: {says}", None
        fault = Fault(OwnCode(rule.name), kolonne=rule.column, raekke=row, says=says, remedy=rule.remedy)
        judged.files[owner].faults.append(fault)


def _told(value: object) -> str:
    text = danish.number(value) if isinstance(value, int) and value >= 10_000 else str(value)
    return cpr.masked(text if len(text) <= _LONGEST_LIST else f"{text[:_LONGEST_LIST]} …")
