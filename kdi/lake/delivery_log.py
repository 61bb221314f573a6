"""The delivery log: every delivery ever seen, what people decided about it, and where it was published.

Only facts are kept; which delivery of a period counts follows from them in ``standing``. SQLite,
because verdicts of several hundred deliveries must be recorded all or none, while ``kdi status``
and the Dagster UI read.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import BinaryIO

from expectations.findings import Finding
from kdi.faults import Fault
from kdi.lake.delivery import Delivery, Event
from kdi.machine.steps import step

_SCHEMA = """
create table if not exists leverancer (
    raekkefoelge integer primary key autoincrement,
    leverance_id text not null,
    kilde text not null,
    periode text not null,
    fil text not null,
    sha256 text not null,
    modtaget text not null,
    profil text not null,
    status text not null,
    raekker_modtaget integer not null,
    raekker_indlaest integer not null,
    raekker_karantaene integer not null,
    sum_modtaget integer not null,
    sum_indlaest integer not null,
    sum_karantaene integer not null,
    parquet text not null,
    parquet_sha256 text not null,
    aarsager text not null,
    noter text not null default '[]',
    check (raekker_modtaget = raekker_indlaest + raekker_karantaene),
    check (sum_modtaget = sum_indlaest + sum_karantaene)
);
create index if not exists leverancer_periode on leverancer (kilde, periode);
create table if not exists haendelser (
    nummer integer primary key autoincrement,
    leverance_id text not null,
    handling text not null check (handling in ('godkendt', 'trukket_tilbage', 'genindsat', 'tilbageholdt')),
    hvem text not null check (hvem <> ''),
    hvornaar text not null,
    grund text not null check (grund <> ''),
    efter integer not null
);
create table if not exists publiceringer (
    leverance_id text primary key, publicering_id text not null
);
create table if not exists indbakke (
    sti text primary key, stoerrelse integer not null, aendret real not null, sha256 text not null
);
create table if not exists reference (
    raekkefoelge integer primary key autoincrement, fingeraftryk text not null, modtaget text not null
);
"""


# The log's name in the lake.
LOG = "leverancer.sqlite"
# Where the manifests of accepted deliveries lie below the lake; a set of reference data has none such.
MANIFESTS = "*/*/*_*.json"
# What cannot be told from manifests is kept as lines beside the log as well: decisions, and refused deliveries.
DECISIONS = "afgoerelser.jsonl"
REFUSED = "afviste.jsonl"
# A load that was killed before its first verdict has written this much, so its lake is no lost one.
_HAS_BEGUN = """
select exists (select 1 from leverancer) or exists (select 1 from reference) or exists (select 1 from indbakke)
"""
_NEWEST = "select coalesce(max(raekkefoelge), 0) from leverancer"
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class LogUnusable(Fault):
    """The log is damaged, or gone from a lake that is not empty; the message says what to do, in Danish."""


class DeliveryLog:
    """Reads and appends the log. Every method opens and closes its own connection.

    Every method raises ``LogUnusable`` when the log cannot be trusted: an empty one beside a full lake
    would publish a release without all that was delivered before.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        if not self.exists:
            self._demand_that_nothing_is_lost()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=60)
        connection.row_factory = sqlite3.Row
        try:
            connection.executescript(_SCHEMA)
            _add_notes(connection)
            if not connection.execute(_HAS_BEGUN).fetchone()[0]:
                self._demand_that_nothing_is_lost()
            with connection:
                yield connection
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", None) not in _DAMAGED:
                raise
            raise LogUnusable(
                f"Leveranceloggen {self._path} er beskadiget; intet er ændret. Kør kdi restore --log: den lægges til"
                " side, og loggen dannes igen af det, der ligger i søen."
            ) from None
        finally:
            connection.close()

    @property
    def exists(self) -> bool:
        """Whether there is a log at all; an empty file is none."""
        return self._path.exists() and self._path.stat().st_size > 0

    def _demand_that_nothing_is_lost(self) -> None:
        lake = self._path.parent
        if next(lake.glob(MANIFESTS), None):
            raise LogUnusable(
                f"Leveranceloggen {self._path} mangler eller er tom, men søen er det ikke; intet er ændret."
                " Kør kdi restore --log, som danner den igen af det, der ligger i søen."
            )
        if (lake.parent / "published" / "current").is_symlink():
            raise LogUnusable(
                f"Søen {lake} er tom, men der er udgivet tal fra den; intet er ændret. Er drevet monteret? Ellers"
                " gendan søen fra sikkerhedskopien, eller med kdi restore, hvor KDI_LAKE er sat."
            )

    def copy_to(self, target: Path) -> None:
        """Copy the log as it is at this moment, also while others write (SQLite's online backup)."""
        with self._connect() as connection:
            copy = sqlite3.connect(target)
            try:
                connection.backup(copy)
            finally:
                copy.close()

    def record(self, deliveries: Iterable[Delivery], events: Iterable[Event] = ()) -> None:
        """Append verdicts and what follows from them, all or none.

        Raises:
            sqlite3.IntegrityError: received is not loaded + quarantined.
        """
        names = [f.name for f in fields(Delivery)]
        rows = []
        deliveries, events = list(deliveries), list(events)
        self._append_lines(REFUSED, [d for d in deliveries if not d.accepted])
        self._append_lines(DECISIONS, events)
        for delivery in deliveries:
            row = {name: getattr(delivery, name) for name in names}
            row["raekkefoelge"] = delivery.raekkefoelge or None  # the next one
            row["aarsager"] = json.dumps([asdict(f) for f in delivery.aarsager], ensure_ascii=False)
            row["noter"] = json.dumps(delivery.noter, ensure_ascii=False)
            rows.append(row)
        with self._connect() as connection:
            connection.executemany(
                f"insert into leverancer ({', '.join(names)}) values ({', '.join(':' + name for name in names)})",
                rows,
            )
            _append(connection, events)
            step("log: verdicts written")

    def record_rewritten(self, delivery_id: str, parquet_sha256: str) -> None:
        """Note the new hash of a delivery's file that was made anew with the same rows."""
        with self._connect() as connection:
            connection.execute(
                "update leverancer set parquet_sha256 = ? where leverance_id = ? and parquet <> ''",
                (parquet_sha256, delivery_id),
            )
            step("log: new hash written")

    def record_refused(self, delivery_id: str, why: Finding) -> None:
        """Refuse a delivery that was taken in: nothing of it counts any more, and its file goes."""
        with self._connect() as connection:
            connection.execute(
                "update leverancer set status = 'afvist', parquet = '', parquet_sha256 = '', raekker_indlaest = 0,"
                " raekker_karantaene = raekker_modtaget, sum_indlaest = 0, sum_karantaene = sum_modtaget, aarsager = ?"
                " where leverance_id = ?",
                (json.dumps([asdict(why)], ensure_ascii=False), delivery_id),
            )
            step("log: refused after the fact")

    def decide(self, events: Iterable[Event]) -> None:
        """Append decisions, all or none; also as lines beside the log, as deliveries have their manifests."""
        events = list(events)
        with self._connect() as connection:
            _append(connection, events)
            (newest,) = connection.execute(_NEWEST).fetchone()
        self._append_lines(DECISIONS, [replace(e, efter=newest) for e in events])

    def next_number(self) -> int:
        """The order of receipt of the next delivery to be recorded. Ask with the writer's lock held."""
        with self._connect() as connection:
            return int(connection.execute(_NEWEST).fetchone()[0]) + 1

    def _append_lines(self, name: str, records: Iterable[Delivery | Event]) -> None:
        lines = [json.dumps(asdict(record), ensure_ascii=False) + "\n" for record in records]
        if lines:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.with_name(name).open("ab+") as stream:
                if stream.tell() and not _ends_a_line(stream):  # a process was killed while it wrote
                    stream.write(b"\n")
                stream.write("".join(lines).encode())

    def events(self) -> list[Event]:
        """Every decision, in the order made."""
        with self._connect() as connection:
            rows = connection.execute("select * from haendelser order by nummer").fetchall()
        return [Event(**dict(row)) for row in rows]

    def decisions(self) -> list[Event]:
        """What people decided, in the order made."""
        return [e for e in self.events() if e.handling != "tilbageholdt"]

    def record_publications(self, publications: Mapping[str, str]) -> None:
        """Keep in which release each delivery first came; what is known already stays."""
        with self._connect() as connection:
            connection.executemany("insert or ignore into publiceringer values (?, ?)", publications.items())
            step("log: publications noted")

    def publications(self) -> dict[str, str]:
        """The release in which each delivery first came, by delivery id."""
        with self._connect() as connection:
            rows = connection.execute("select leverance_id, publicering_id from publiceringer").fetchall()
        return {row[0]: row[1] for row in rows}

    def all(self, source: str | None = None) -> list[Delivery]:
        """Every delivery, in the order received."""
        with self._connect() as connection:
            rows = connection.execute(
                "select * from leverancer where ? is null or kilde = ? order by raekkefoelge",
                (source, source),
            ).fetchall()
        return [_delivery(row) for row in rows]

    def consented(self) -> set[str]:
        """Ids of the deliveries that somebody has accepted as they are."""
        return {e.leverance_id for e in self.events() if e.handling == "godkendt"}

    def seen(self, profile_fingerprint: str, source: str) -> set[str]:
        """Hashes that need no second reading: accepted ones, and those this same profile refused."""
        with self._connect() as connection:
            rows = connection.execute(
                "select sha256 || '/' || periode from leverancer where kilde = ?"
                " and (status <> 'afvist' or profil = ?)",
                (source, profile_fingerprint),
            ).fetchall()
        return {row[0] for row in rows}

    def known_hashes(self) -> dict[tuple[str, int, float], str]:
        """SHA-256 of inbox files already read, by path, size and time of change."""
        with self._connect() as connection:
            rows = connection.execute("select sti, stoerrelse, aendret, sha256 from indbakke").fetchall()
        return {(row["sti"], row["stoerrelse"], row["aendret"]): row["sha256"] for row in rows}

    def remember_hashes(self, hashes: Mapping[tuple[str, int, float], str]) -> None:
        """Keep hashes as ``known_hashes`` gives them, so that a second look at an unchanged inbox reads no file."""
        with self._connect() as connection:
            connection.executemany(
                "insert or replace into indbakke values (?, ?, ?, ?)",
                [(*file, sha256) for file, sha256 in hashes.items()],
            )
            step("log: hashes written")

    def forget_hashes(self, paths: Iterable[str]) -> None:
        """Read these anew at the next look: their bytes are not those that the hash was taken of."""
        with self._connect() as connection:
            connection.executemany("delete from indbakke where sti = ?", [(path,) for path in paths])

    def reference(self) -> str | None:
        """Fingerprint of the reference data in force."""
        with self._connect() as connection:
            row = connection.execute("select fingeraftryk from reference order by raekkefoelge desc limit 1").fetchone()
        return row[0] if row else None

    def record_reference(self, fingerprint: str, received: str) -> None:
        """Put reference data in force."""
        with self._connect() as connection:
            connection.execute("insert into reference (fingeraftryk, modtaget) values (?, ?)", (fingerprint, received))
            step("log: reference written")


def _ends_a_line(stream: BinaryIO) -> bool:
    stream.seek(-1, os.SEEK_END)
    return stream.read(1) == b"\n"


def _add_notes(connection: sqlite3.Connection) -> None:
    """Logs from before notes were kept get their column."""
    if "noter" not in {row["name"] for row in connection.execute("pragma table_info(leverancer)")}:
        connection.execute("alter table leverancer add column noter text not null default '[]'")


def _append(connection: sqlite3.Connection, events: Iterable[Event]) -> None:
    connection.executemany(
        "insert into haendelser (leverance_id, handling, hvem, hvornaar, grund, efter)"
        f" values (?, ?, ?, ?, ?, coalesce(?, ({_NEWEST})))",
        [(e.leverance_id, e.handling, e.hvem, e.hvornaar, e.grund, e.efter or None) for e in events],
    )


def _delivery(row: sqlite3.Row) -> Delivery:
    values = dict(row)
    values["aarsager"] = tuple(Finding(**finding) for finding in json.loads(values["aarsager"]))
    values["noter"] = tuple(json.loads(values["noter"]))
    return Delivery(**values)
