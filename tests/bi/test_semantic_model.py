"""The committed model is what the marts and the catalogue say, holds together, and fits the published data."""

from collections import Counter

import duckdb
import pytest
from pbix_mcp.dax.function_catalog import FUNCTION_CATALOG
from samples.installation import Installation

from kdi.settings import PROJECT_ROOT
from powerbi.catalogue import read_catalogue
from powerbi.project import write_project
from powerbi.semantic import made_columns

from .dax_text import references
from .evaluator import DEFINITION, SPEC, sql_of
from .tmdl_reader import Node, TmdlError, column_reference, read_folder, read_text

MODEL_TYPES = {
    "INTEGER": "int64", "BIGINT": "int64", "DOUBLE": "double", "VARCHAR": "string", "DATE": "dateTime",
    "TIMESTAMP": "dateTime", "BOOLEAN": "boolean",
}  # fmt: skip


@pytest.fixture(scope="session")
def tables() -> dict[str, Node]:
    return {n.name: n for n in read_folder(DEFINITION) if n.kind == "table"}


@pytest.fixture(scope="session")
def relationships() -> list[tuple[tuple[str, str], tuple[str, str]]]:
    nodes = [n for n in read_folder(DEFINITION) if n.kind == "relationship"]
    return [(column_reference(n.properties["fromColumn"]), column_reference(n.properties["toColumn"])) for n in nodes]


def column(tables: dict[str, Node], table: str, name: str) -> Node:
    (found,) = [c for c in tables[table].all("column") if c.name == name]
    return found


def test_the_committed_project_is_what_the_marts_and_the_catalogue_make() -> None:
    """A mart's column or a measure's definition cannot change without `python -m powerbi`."""
    made = write_project(read_catalogue())
    folder = PROJECT_ROOT / "powerbi"
    kept = {
        str(p.relative_to(folder)): p.read_text("utf-8")
        for pattern in ("*.SemanticModel", "*.Report")
        for top in folder.glob(pattern)
        for p in top.rglob("*")
        if p.is_file()
    } | {p.name: p.read_text("utf-8") for p in folder.glob("*.pbip")}
    assert sorted(kept) == sorted(made)
    assert [path for path in made if made[path] != kept[path]] == []


def test_every_column_is_in_the_published_table_with_its_type(
    tables: dict[str, Node], demo: duckdb.DuckDBPyConnection, demo_installation: Installation
) -> None:
    for table in tables.values():
        if table.name in SPEC["valgtabeller"]:
            continue
        spec = SPEC["tabeller"][table.name]
        made = made_columns(spec)
        for connection_says in (demo.execute, duckdb.connect().execute):
            where = (
                spec["kilde"] if connection_says == demo.execute else f"'{demo_installation.parquet_of(spec['kilde'])}'"
            )
            types = {row[0]: row[1] for row in connection_says(f"describe select * from {where}").fetchall()}
            columns = [c for c in table.all("column") if c.properties["sourceColumn"] not in made]
            wrong = {
                c.name: (c.properties["dataType"], types.get(c.properties["sourceColumn"]))
                for c in columns
                if MODEL_TYPES.get(types.get(c.properties["sourceColumn"], "")) != c.properties["dataType"]
            }
            assert wrong == {}, table.name
            if "distinkt" not in spec:
                left_out = set(types) - {c.properties["sourceColumn"] for c in columns} - set(spec.get("udelad", []))
                assert left_out == set(), f"{table.name}: kolonner hverken i modellen eller i udelad"


def test_power_query_reads_the_table_and_takes_exactly_the_columns(tables: dict[str, Node]) -> None:
    for table in tables.values():
        if table.name in SPEC["valgtabeller"]:
            continue
        schema, name = SPEC["tabeller"][table.name]["kilde"].split(".")
        (partition,) = table.all("partition")
        query = partition.properties["source"]
        assert f'abel("{schema}", "{name}")' in query
        taken = query.split("Table.SelectColumns(")[1].split("{")[1].split("}")[0]
        assert taken.replace('"', "").split(", ") == [c.properties["sourceColumn"] for c in table.all("column")]
        assert partition.name == table.name
        for policy in table.all("refreshPolicy"):
            assert policy.properties["sourceExpression"] == query
            assert "RangeStart" in query and "RangeEnd" in query
    assert sum(bool(t.all("refreshPolicy")) for t in tables.values()) == 4


def test_relationships_join_equal_types_on_a_unique_key_without_orphans(
    tables: dict[str, Node],
    relationships: list[tuple[tuple[str, str], tuple[str, str]]],
    demo: duckdb.DuckDBPyConnection,
) -> None:
    assert len(set(relationships)) == len(relationships) == len(SPEC["relationer"])
    for many, one in relationships:
        many_column, one_column = column(tables, *many), column(tables, *one)
        assert many_column.properties["dataType"] == one_column.properties["dataType"], (many, one)
        key, reference = one_column.properties["sourceColumn"], many_column.properties["sourceColumn"]
        # Power BI compares text without regard to case, and refuses blanks on the one side.
        rows, keys = demo.execute(
            f"select count(*), count(distinct lower(cast({key} as varchar))) from ({sql_of(tables[one[0]])})"
        ).fetchall()[0]
        assert rows == keys, f"{one} er ikke entydig"
        orphans = demo.execute(
            f"select count(*) from ({sql_of(tables[many[0]])}) where {reference} is not null"
            f" and {reference} not in (select {key} from ({sql_of(tables[one[0]])}))"
        ).fetchall()
        assert orphans == [(0,)], (many, one)


def test_there_is_one_way_from_each_table_to_each_other(
    relationships: list[tuple[tuple[str, str], tuple[str, str]]],
) -> None:
    """Power BI refuses a model with two active ways between two tables."""
    nearest: dict[str, list[str]] = {}
    for (many, _), (one, _) in relationships:
        nearest.setdefault(many, []).append(one)

    def ways(table: str) -> Counter[str]:
        return sum((Counter([one]) + ways(one) for one in nearest.get(table, [])), Counter())

    assert {
        table: [t for t, n in ways(table).items() if n > 1] for table in nearest if max(ways(table).values()) > 1
    } == {}


def test_the_date_table_is_marked_and_has_every_day(tables: dict[str, Node], demo: duckdb.DuckDBPyConnection) -> None:
    assert tables["Dato"].properties["dataCategory"] == "Time"
    assert "isKey" in column(tables, "Dato", "Dato").flags
    assert demo.execute(
        f"select count(*) = date_diff('day', min(dato), max(dato)) + 1 and count(*) = count(distinct dato) from ({sql_of(tables['Dato'])})"
    ).fetchall() == [(True,)]


def test_everything_named_in_dax_exists(tables: dict[str, Node]) -> None:
    columns = {(t.name, c.name) for t in tables.values() for c in t.all("column")}
    measures = {m.name for t in tables.values() for m in t.all("measure")}
    known = {name for name, _ in FUNCTION_CATALOG}
    nodes = [m for t in tables.values() for m in t.all("measure")]
    roles = [p for n in read_folder(DEFINITION) if n.kind == "role" for p in n.all("tablePermission") if p.expression]
    for node in [*nodes, *roles]:
        used = references(node.expression)
        assert used.columns <= columns, node.name
        assert used.tables <= set(tables), node.name
        assert used.measures <= measures, node.name
        assert used.functions <= known, node.name
        declared = {line.split()[1] for line in node.expression.split("\n") if line.strip().startswith("VAR ")}
        assert used.variables <= declared | {"VAR"}, node.name


def test_names_and_ids_are_unique(tables: dict[str, Node]) -> None:
    """No measure is named as a column: [Name] alone would mean either."""
    columns = [c.name.lower() for t in tables.values() for c in t.all("column")]
    measures = [m.name.lower() for t in tables.values() for m in t.all("measure")]
    assert [name for name, n in Counter(measures).items() if n > 1] == []
    assert set(measures) & set(columns) == set()
    tags = [
        line.split(":")[1].strip()
        for path in DEFINITION.rglob("*.tmdl")
        for line in path.read_text("utf-8").split("\n")
        if "lineageTag:" in line
    ]
    assert len(tags) == len(set(tags)) > 400


def test_hierarchies_and_sort_columns_fit_the_data(tables: dict[str, Node], demo: duckdb.DuckDBPyConnection) -> None:
    sorted_columns = 0
    for table in tables.values():
        names = {c.name: c.properties["sourceColumn"] for c in table.all("column")}
        for hierarchy in table.all("hierarchy"):
            assert [level.properties["column"].strip("'") in names for level in hierarchy.all("level")] != []
            assert all(level.properties["column"].strip("'") in names for level in hierarchy.all("level"))
        for c in table.all("column"):
            if "sortByColumn" in c.properties:
                sorted_columns += 1
                shown, by = c.properties["sourceColumn"], names[c.properties["sortByColumn"].strip("'")]
                assert (
                    demo.execute(
                        f"select {shown} from ({sql_of(table)}) group by 1 having count(distinct {by}) > 1"
                    ).fetchall()
                    == []
                ), f"{table.name}[{c.name}] har flere værdier at sortere efter"
    assert sorted_columns >= 3


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("dataType: int64", "dataType: int46"), "kan ikke være int46"),
        (("\t\tsummarizeBy: none", "\t\tsummariseBy: none"), "ukendt egenskab summariseBy"),
        (("\t\tsummarizeBy: none", "        summarizeBy: none"), "mellemrum som indrykning"),
        (("\tcolumn _kvartal", "\tkolonne _kvartal"), "ukendt kolonne"),
        (("\t\tdataType: int64", "\t\t\t\tdataType: int64"), "indrykket"),
        (("\t\tdataType: int64", "\t\tdataType: int64\n\t\tdataType: int64"), "står to gange"),
    ],
)
def test_the_reader_refuses_what_is_not_tmdl(change: tuple[str, str], reason: str) -> None:
    text = (DEFINITION / "tables" / "Folketal.tmdl").read_text("utf-8")
    assert change[0] in text
    with pytest.raises(TmdlError, match=reason):
        read_text(text.replace(*change, 1), "Folketal.tmdl")
