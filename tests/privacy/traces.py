"""Everything that an installation leaves on disk, by who can read it, as text in which only what is told can differ.

Two loads never have the same names of releases, times or runs; those are taken out. The rest of what a reader can see
must be the same when nothing but hidden counts differs.
"""

import email
import email.policy
import io
import re
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
from pypdf import PdfReader
from samples.installation import Installation

ONLY_OPERATORS = "kun driften"
# Who reads what lies there: the first beginning of a path that fits. A file that none fits has no audience decided.
AUDIENCES = {
    "reports/": "dem, som rapporten er til",
    "published/": "læsere af udgivelsens filer",
    "dbt_docs/": "læsere af udgivelsens filer",
    "data_docs/": "læsere af Dagster",
    "dagster/": "læsere af Dagster",
    "log/": "driften, og den, der hjælper den",
    "dbt/": "driften, og den, der hjælper den",
    "command/": "driften, og den, der hjælper den",
    "lake/": ONLY_OPERATORS,
    "state/": ONLY_OPERATORS,
    "build/": ONLY_OPERATORS,
    "quarantine/": ONLY_OPERATORS,
    "inbox/": ONLY_OPERATORS,
    "writer.lock": ONLY_OPERATORS,
    "build.lock": ONLY_OPERATORS,
}

_OF_ITS_OWN = (
    (re.compile(r"D:\d{14}Z|\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000|={15}\d+==|<[\d.]+@[\w.-]+>"), "TID"),
    (re.compile(r"\d{8}T\d{6}(\.\d+)?Z(-[0-9a-f]{4})?"), "UDGIVELSE"),
    (re.compile(r"\d{4}-?\d\d-?\d\d[T ]\d\d:?\d\d(:?\d\d([.,]\d+)?)?( UTC|Z|[+-]\d\d:?\d\d)?"), "TID"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "NUMMER"),
    (re.compile(r"\b1[6-9]\d{8}(\.\d+)?\b"), "TID"),
)

# What programs say of themselves: how long it took, in which process, in which order.
_BY_PROGRAMS = (".log", ".jsonl", ".db", ".out", ".err", ".complete", ".json", ".html")
_OF_PROGRAMS = (
    (re.compile(r"(?<!\d)\d\d:\d\d:\d\d(?!\d)"), "TID"),  # dbt's own log
    (re.compile(r"\b(\d+m)?\d+(\.\d+)?(e-\d+)? ?m?s\b|\b\d+\.\d+(e-\d+)?\b"), "SEKUNDER"),
    (re.compile(r'\\*"(pid|thread|num_threads)\\*": ("[^"]*"|\d+)|Thread-\d+|pid:? \d+|pid=\d+'), "TRÅD"),
    (re.compile(r'"text": "\d+"}, "label": "pid"'), "TRÅD"),
    # which of Dagster's events an asset was made from, by their numbers
    (re.compile(r"(input_event_pointer/[\w/]+\W{1,6})\d+"), r"\1NR"),
    # of an asset that has no version of its own Dagster makes one of its run's number
    (re.compile(r"(data_version[\w/]*\W{1,6})[0-9a-f]{64}"), r"\1VERSION"),
    (re.compile(r'"(index|storage_id)": \d+|\b\d+ (of|af) \d+|"log_key": "[a-z]{8}"|kdi-docs-\w{8}'), "NR"),
)
# dbt's own copies of the project, made before it reads any data.
OF_THE_PROJECT = (
    "dbt/graph.gpickle",
    "dbt/graph_summary.json",
    "dbt/partial_parse.msgpack",
    "dbt/semantic_manifest.json",
)


# What SQLite has not yet put into a database's own file: read with it, and gone when nobody has it open.
_WITH_THEIR_DATABASE = ("-wal", "-shm")


def audience(relative: str) -> str | None:
    """Who reads a file of an installation; None when nobody has decided."""
    return next((who for start, who in AUDIENCES.items() if relative.startswith(start)), None)


def files(installation: Installation) -> dict[str, Path]:
    """Every file of an installation by its path in the home; Dagster's storage and the inbox may lie elsewhere."""
    roots = {"": installation.home, "dagster/": installation.dagster_home, "inbox/": installation.inbox}
    return {
        f"{name}{path.relative_to(root)}": path
        for name, root in roots.items()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink() and not path.name.endswith(_WITH_THEIR_DATABASE)
    }


def told(path: Path, folders: dict[str, str]) -> list[str]:
    """What a file says, piece by piece, without what every load has of its own.

    Args:
        folders: this installation's folders, and what to call them.
    """
    text = (_manifest if path.name == "manifest.json" else _READ.get(path.suffix, _text))(path)
    for folder, name in folders.items():
        text = text.replace(folder, name)
    by_program = path.suffix in _BY_PROGRAMS and "reports" not in path.parts
    for pattern, name in _OF_ITS_OWN + (_OF_PROGRAMS if by_program else ()):
        text = pattern.sub(name, text)
    # threads number what they do as they come to it, so only the words are the same
    return re.findall(r"[^\W\d]+|\d+", text) if by_program else re.split(r"\n|(?<=>)(?=<)", text)


def name_of(relative: str) -> str:
    """The path without the names that every load has of its own."""
    for pattern, name in _OF_ITS_OWN:
        relative = pattern.sub(name, relative)
    return re.sub(r"compute_logs/[a-z]{8}", "compute_logs/TRIN", relative)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="backslashreplace")


def _pdf(path: Path) -> str:
    reader = PdfReader(io.BytesIO(path.read_bytes()))
    attached = [f"{name}\n{content}" for name, all_of in reader.attachments.items() for content in all_of]
    return "\n".join([*(page.extract_text() for page in reader.pages), *attached, str(reader.metadata)])


def _zipped(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return "\n".join(
            f"{name}\n{archive.read(name).decode('utf-8', errors='backslashreplace')}" for name in archive.namelist()
        )


def _duckdb(path: Path) -> str:
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where not internal order by all"
        ).fetchall()
        return "\n".join(
            f"{name}\n" + "\n".join(map(_row, connection.execute(f"from {name} order by all").fetchall()))
            for (name,) in names
        )


def _parquet(path: Path) -> str:
    """Rows, and what the file says of each column. Its size follows the order in which threads wrote the rows."""
    with duckdb.connect() as connection:
        rows = connection.execute("from read_parquet(?) order by all", [str(path)]).fetchall()
        known = connection.execute(
            "select path_in_schema, num_values, stats_min_value, stats_max_value, stats_null_count"
            " from parquet_metadata(?) order by all",
            [str(path)],
        ).fetchall()
    return "\n".join(map(_row, [*known, *rows]))


def _row(values: tuple) -> str:
    """Times of the load are of this day; those of the deliveries are years ago."""
    return str(["TID" if isinstance(v, datetime) and v.year > 2023 else v for v in values])


def _manifest(path: Path) -> str:
    """Without the hashes of the release's files, which are looked at themselves."""
    return re.sub(r'"[0-9a-f]{64}"', "HASH", path.read_text(encoding="utf-8"))


_NUMBERS_OF_ROWS = ("id", "event_id", "evaluation_event_storage_id", "materialization_event_storage_id")


def _sqlite(path: Path) -> str:
    """All rows of Dagster's storage. Numbers of rows follow the threads of a run, so the rows are sorted without."""
    with sqlite3.connect(path) as connection:
        names = connection.execute("select name from sqlite_master where type = 'table' order by 1").fetchall()
        lines = []
        for (name,) in names:
            cursor = connection.execute(f'select * from "{name}"')
            kept = [i for i, column in enumerate(cursor.description) if column[0] not in _NUMBERS_OF_ROWS]
            lines += [f"{name} {[row[i] for i in kept]}" for row in cursor.fetchall()]
    return "\n".join(lines)


def _mail(path: Path) -> str:
    """The parts of a message without the names by which they refer to each other."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    texts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return re.sub(r"cid:[^\"]+", "cid:", "\n".join([str(message["Subject"]), *texts]))


_READ: dict[str, Callable[[Path], str]] = {
    ".pdf": _pdf,
    ".eml": _mail,
    ".xlsx": _zipped,
    ".docx": _zipped,
    ".duckdb": _duckdb,
    ".parquet": _parquet,
    ".db": _sqlite,
    ".sqlite": _sqlite,
}
