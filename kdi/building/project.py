"""The dbt project as it is installed: its manifest, and what its models' code comes to.

A model's code is the SQL that it compiles to, macros and all, without comments and blanks; how it is kept; and the
types and limits that it promises. So a comment or a description changes nothing, and a macro changes the models that
use it.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache, partial
from pathlib import Path
from typing import Any

from kdi.settings import PROJECT_ROOT

PROJECT_DIR = PROJECT_ROOT / "dbt_project"
DBT = Path(sys.executable).with_name("dbt")
# Where dbt writes it; dagster-dbt looks there too.
MANIFEST = PROJECT_DIR / "target" / "manifest.json"
_WITHOUT_DATABASE = ("--no-introspect", "--no-populate-cache")
_PARSED = "partial_parse.msgpack"
_CODES = MANIFEST.with_name("koder.json")


def prepare() -> Path:
    """The manifest, newer than every file that it was made from, with the models' codes beside it.

    One process makes them while others, which may start at the same moment, wait. Where this user may
    not write, as in production, they were made with the installation.
    """
    if _is_newest() and not os.access(MANIFEST.parent, os.W_OK):
        return MANIFEST
    MANIFEST.parent.mkdir(parents=True, exist_ok=True)
    with (MANIFEST.parent / ".lock").open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        if not _is_newest():
            changed = changed_at()
            _compile()
            manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
            _CODES.write_text(json.dumps(_codes_of(manifest), indent=0), encoding="utf-8")
            for made in (MANIFEST, _CODES):  # as old as what dbt found, which may be changed since
                os.utime(made, ns=(changed, changed))
    return MANIFEST


def codes() -> dict[str, str]:
    """A fingerprint of each model's code, by the model's name."""
    prepare()
    found: dict[str, str] = json.loads(_CODES.read_text(encoding="utf-8"))
    return found


@cache
def fingerprint() -> str:
    """Of the code of all models."""
    return _digest(codes())


def changed_at() -> int:
    """When a file of the project was last changed or removed, in nanoseconds since 1970."""
    sources = [p for p in PROJECT_DIR.rglob("*") if p.suffix in (".sql", ".yml") and "target" not in p.parts]
    folders = {p.parent for p in sources} - {PROJECT_DIR}
    return max(p.stat().st_mtime_ns for p in (*sources, *folders))


def _is_newest() -> bool:
    newest = changed_at()
    return all(made.exists() and made.stat().st_mtime_ns >= newest for made in (MANIFEST, _CODES))


def _compile() -> None:
    known = MANIFEST.with_name(_PARSED)
    # As a load on DuckDB names its target: dbt parses all anew for another.
    command = [str(DBT), "--quiet", "compile", *_WITHOUT_DATABASE, "--target", "duckdb"]
    with tempfile.TemporaryDirectory(prefix="kdi-dbt-") as folder:
        run = partial(
            subprocess.run,
            [*command, "--log-path", folder],
            cwd=folder,
            env=os.environ
            | {
                "DBT_PROJECT_DIR": str(PROJECT_DIR),
                "DBT_PROFILES_DIR": str(PROJECT_DIR),
                "DBT_TARGET_PATH": str(MANIFEST.parent),
            },
        )
        # dbt stumbles over what it knows of a unit test that went with its model
        if not known.exists() or run(capture_output=True).returncode:
            known.unlink(missing_ok=True)
            run(check=True)


def copy_what_is_parsed(target: Path) -> None:
    """Let a run of dbt in a folder of its own go on from what was parsed here; without that it parses all."""
    parsed = MANIFEST.with_name(_PARSED)
    if parsed.exists():
        shutil.copy(parsed, target)


def _codes_of(manifest: dict[str, Any]) -> dict[str, str]:
    return {n["name"]: _code_of(n) for n in manifest["nodes"].values() if n["resource_type"] == "model"}


def _code_of(node: dict[str, Any]) -> str:
    from sqlglot import Tokenizer

    tokens = [(token.token_type.name, token.text) for token in Tokenizer("duckdb").tokenize(node["compiled_code"])]
    config = node["config"]
    kept = [config.get(name) for name in ("materialized", "incremental_strategy", "partition_by", "schema", "database")]
    return _digest([tokens, kept, [_promise_of(column) for column in node["columns"].values()]])


def _promise_of(column: dict[str, Any]) -> list[object]:
    constraints = [(c["type"], c.get("expression")) for c in column.get("constraints") or []]
    return [column["name"], column.get("data_type"), *([constraints] if constraints else [])]


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
