"""What is made in pieces, and when it must be made whole.

A build makes the touched days, months and extracts of some tables and keeps the rest; all other tables are made whole
each time. A piece that was kept is wrong when its model's code has changed since, or a row that it was made from in a
table without pieces. Both follow from dbt's graph: ``spor.aftryk``, kept with each release's state, says which code and
which content its tables were made from, and what has changed is made whole with all that is made from it. A table whose
new content is its old stops there.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from expectations.profiles import profiles
from kdi.notation.sql import quoted

# In a model's `meta`. Which new rows (a condition) change none that was made before them: a new member of a dimension,
# whom no earlier row can name. Rows that are gone, or say another thing than before, always count.
_NEW_ROWS_CHANGE_NOTHING = "nye_raekker_aendrer_intet"
# Which of its rows (a condition) are read only by what is touched, and so made again.
_MADE_AGAIN = "dannes_igen_hvor"
# That it holds all there is, though it reads tables that do not.
_IS_WHOLE = "er_hel"
# That what it says follows the deliveries, so that the touched periods cover it; or that it is about this build alone.
_FOLLOWS_THE_PLAN = "foelger_planen"


@dataclass(frozen=True)
class Model:
    """A model of the project; ``parents`` are names of models and, as ``lake.kle``, of sources."""

    name: str
    relation: str
    schema: str
    materialized: str
    parents: tuple[str, ...]
    meta: Mapping[str, Any]

    @property
    def shown(self) -> str:
        return f"{self.schema}.{self.name}"


class Graph:
    """dbt's graph of models."""

    def __init__(self, models: Iterable[Model], of_node: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.models = {model.name: model for model in models}
        self._of_node = of_node or {}

    @classmethod
    def read(cls, manifest: Path) -> "Graph":
        """The graph of dbt's ``manifest.json``."""
        content = json.loads(manifest.read_text(encoding="utf-8"))
        sources = {key: f"{s['source_name']}.{s['name']}" for key, s in content["sources"].items()}
        nodes = {key: n for key, n in content["nodes"].items() if n["resource_type"] == "model"}
        names = sources | {key: n["name"] for key, n in nodes.items()}
        tested = {k: n["depends_on"]["nodes"] for k, n in content["nodes"].items() if n["resource_type"] == "test"}
        of_node = {key: tuple(names[p] for p in found if p in nodes) for key, found in tested.items()}
        models = [
            Model(
                n["name"],
                n["relation_name"],
                n["schema"],
                n["config"]["materialized"],
                tuple(names[p] for p in n["depends_on"]["nodes"]),
                n["config"].get("meta") or {},
            )
            for n in nodes.values()
        ]
        return cls(models, of_node | {key: (n["name"],) for key, n in nodes.items()})

    @cached_property
    def in_pieces(self) -> frozenset[str]:
        """Tables of which a build makes what is touched, and views of the deliveries that it reads for that."""
        found: set[str] = set()
        for name in self._upstream_first:
            model = self.models[name]
            parts = [p for p in model.parents if p in found and self.models[p].materialized != "incremental"]
            if model.meta.get(_IS_WHOLE):
                continue
            if model.materialized == "incremental" or parts or any(map(_is_planned, model.parents)):
                found.add(name)
        return frozenset(found)

    @cached_property
    def watched(self) -> list[Model]:
        """What pieces are made from without being cut in pieces itself: a change here reaches pieces that are kept."""
        readers = [m for n in self.in_pieces if not (m := self.models[n]).meta.get(_FOLLOWS_THE_PLAN)]
        read = {p for reader in readers for p in reader.parents}
        found = [self.models[p] for p in sorted(read - self.in_pieces) if p in self.models]
        return [model for model in found if not model.meta.get(_FOLLOWS_THE_PLAN)]

    def causes(self, roots: Mapping[str, str]) -> dict[str, str]:
        """These models and all that are made from them, each with the causes of those it is made from."""
        found = {name: {why} for name, why in roots.items()}
        for name in self._upstream_first:
            inherited = [found[p] for p in self.models[name].parents if p in found]
            if inherited:
                found[name] = set().union(found.get(name, set()), *inherited)
        return {name: "; ".join(sorted(why)) for name, why in found.items()}

    def reached(self, changed: Collection[str]) -> frozenset[str]:
        """The tables in pieces that are made directly from these, which have none."""
        readers = (m for n in self.in_pieces if set((m := self.models[n]).parents) & set(changed))
        return frozenset(m.name for m in readers if not m.meta.get(_FOLLOWS_THE_PLAN))

    def up_to(self, names: Collection[str]) -> frozenset[str]:
        """These models and all that they are made from."""
        found = set(names)
        for name in reversed(self._upstream_first):
            if name in found:
                found |= set(self.models[name].parents) & self.models.keys()
        return frozenset(found)

    def of_node(self, unique_id: str) -> tuple[str, ...]:
        """The model that a node of dbt is, or those that it tests."""
        return self._of_node.get(unique_id, ())

    def with_passing(self, names: Collection[str]) -> frozenset[str]:
        """Also the tables they are made from that hold no more than the last build's pieces."""
        found = set(names)
        for name in reversed(self._upstream_first):
            if name in found:
                passing = set(self.models[name].parents) & self.in_pieces
                found |= {p for p in passing if self.models[p].materialized == "table"}
        return frozenset(found)

    def deliveries_of(self, names: Collection[str]) -> frozenset[str]:
        """Sources whose deliveries these tables are made from."""
        found: set[str] = set()
        for parent in (p for n in names for p in self.models[n].parents):
            views = self.models[parent].parents if parent in self.models else ()
            is_view = parent in self.models and self.models[parent].materialized == "view"
            found |= {p.removeprefix("lake.") for p in (parent, *(views if is_view else ())) if _is_feed(p)}
        return frozenset(found)

    @cached_property
    def _upstream_first(self) -> list[str]:
        order: dict[str, None] = {}

        def visit(name: str) -> None:
            if name in self.models and name not in order:
                for parent in self.models[name].parents:
                    visit(parent)
                order[name] = None

        for name in sorted(self.models):
            visit(name)
        return list(order)


def _is_feed(source: str) -> bool:
    return source.startswith("lake.") and source.removeprefix("lake.") in profiles()


def _is_planned(source: str) -> bool:
    """Whether a source holds what the plan chose; others are laid out whole."""
    profile = profiles()[source.removeprefix("lake.")] if _is_feed(source) else None
    return source.startswith("plan.beroerte") or bool(profile and profile.build_reads != "all")


def changed_code(connection: duckdb.DuckDBPyConnection, now: Mapping[str, str]) -> frozenset[str]:
    """Names of the models whose code is another than the one that the workspace's tables were made by."""
    before = dict(connection.execute("select model, kode from spor.aftryk").fetchall())
    return frozenset(name for name, code in now.items() if before.get(name) != code)


def remember(connection: duckdb.DuckDBPyConnection, graph: Graph) -> None:
    """Before a build: keep the tables whose rows are compared one by one, and drop those that no model makes."""
    connection.execute("create schema if not exists foer")
    existing = _relations(connection)
    for model in graph.watched:
        if _is_compared_by_row(model) and model.shown in existing:
            connection.execute(f"create or replace table foer.{quoted(model.name)} as from {model.relation}")
    made = {model.shown for model in graph.models.values()}
    for shown, (database, kind) in existing.items():
        if shown.split(".")[0] in _SCHEMAS and shown not in made:
            schema, name = shown.split(".")
            connection.execute(f"drop {kind} {database}.{schema}.{quoted(name)}")


_SCHEMAS = ("staging", "intermediate", "marts", "kpi")


def changed_content(connection: duckdb.DuckDBPyConnection, graph: Graph) -> list[Model]:
    """The watched tables that say another thing than what the kept pieces were made from, or could not be made."""
    existing = _relations(connection)
    before = dict(connection.execute("select model, indhold from spor.aftryk").fetchall())
    return [
        model
        for model in graph.watched
        if model.shown not in existing
        or _has_changed(connection, model, before.get(model.name), f"foer.{model.name}" in existing)
    ]


def _has_changed(connection: duckdb.DuckDBPyConnection, model: Model, before: str | None, is_kept: bool) -> bool:
    if before == _content(connection, model.relation):
        return False
    kept = f"foer.{quoted(model.name)}"
    if not (_is_compared_by_row(model) and is_kept):
        return True
    if _columns(connection, kept) != _columns(connection, model.relation):
        return True
    again, harmless = (model.meta.get(k, "false") for k in (_MADE_AGAIN, _NEW_ROWS_CHANGE_NOTHING))
    (differ,) = connection.execute(
        f"""select count(*) from (
            select * from (from {kept} except all from {model.relation}) as gamle where not coalesce({again}, false)
            union all
            select * from (from {model.relation} except all from {kept}) as nye
            where not coalesce({again} or {harmless}, false)
        )"""
    ).fetchall()[0]
    return bool(differ)


def _is_compared_by_row(model: Model) -> bool:
    return bool({_NEW_ROWS_CHANGE_NOTHING, _MADE_AGAIN} & model.meta.keys())


def write(connection: duckdb.DuckDBPyConnection, graph: Graph, now: Mapping[str, str]) -> None:
    """After a build: what its tables were made from, for the next one to compare with."""
    contents = {model.name: _content(connection, model.relation) for model in graph.watched}
    names = sorted(graph.models)
    table = pa.table(
        {
            "model": pa.array(names, pa.string()),
            "kode": pa.array([now[n] for n in names], pa.string()),
            "indhold": pa.array([contents.get(n) for n in names], pa.string()),
        }
    )
    connection.register("aftryk", table)
    connection.execute(
        "drop schema if exists foer cascade; create schema if not exists spor;"
        " create or replace table spor.aftryk as select * from aftryk"
    )
    connection.unregister("aftryk")


def _content(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """A fingerprint of the rows as a multiset: equal rows that move are seen, unlike with an exclusive or."""
    sql = f"select count(*), sum(cast(hash(t) as hugeint)) from {relation} as t"
    (rows, total) = connection.execute(sql).fetchall()[0]
    return f"{rows}:{total or 0:x}:{_columns(connection, relation)}"  # 1 hashes alike as integer and as bigint


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    return " ".join(f"{name} {kind}" for name, kind, *_ in connection.execute(f"describe {relation}").fetchall())


def _relations(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str]]:
    """Tables and views of the workspace by schema and name, with their database and kind."""
    rows = connection.execute(
        """select schema_name || '.' || table_name, database_name, 'table' from duckdb_tables() where not internal
        union all
        select schema_name || '.' || view_name, database_name, 'view' from duckdb_views() where not internal"""
    ).fetchall()
    return {shown: (database, kind) for shown, database, kind in rows}
