"""The rules of good models that matter here, after Microsoft's Best Practice Rules (BPARules.json, 71 rules).

COVERED says which of them a test keeps; the others are about what this model does not have, or about the server.
"""

import re
from pathlib import Path

import pytest

from .dax_text import references
from .evaluator import DEFINITION
from .proof import Proof
from .tmdl_reader import Node, read_folder

# Rule of BPARules.json -> the test that keeps it.
COVERED = {
    "HIDE_FOREIGN_KEYS": "keys_are_hidden",
    "MARK_PRIMARY_KEYS": "date_table",
    "DATE/CALENDAR_TABLES_SHOULD_BE_MARKED_AS_A_DATE_TABLE": "date_table",
    "MODEL_SHOULD_HAVE_A_DATE_TABLE": "date_table",
    "REMOVE_AUTO-DATE_TABLE": "date_table",
    "PROVIDE_FORMAT_STRING_FOR_MEASURES": "formats",
    "PERCENTAGE_FORMATTING": "formats",
    "DATECOLUMN_FORMATSTRING": "formats",
    "OBJECTS_WITH_NO_DESCRIPTION": "descriptions",
    "NUMERIC_COLUMN_SUMMARIZE_BY": "summed",
    "HIDE_FACT_TABLE_COLUMNS": "summed",
    "AVOID_EXCESSIVE_BI-DIRECTIONAL_OR_MANY-TO-MANY_RELATIONSHIPS": "direction",
    "AVOID_BI-DIRECTIONAL_RELATIONSHIPS_AGAINST_HIGH-CARDINALITY_COLUMNS": "direction",
    "CHECK_IF_BI-DIRECTIONAL_AND_MANY-TO-MANY_RELATIONSHIPS_ARE_VALID": "direction",
    "MANY-TO-MANY_RELATIONSHIPS_SHOULD_BE_SINGLE-DIRECTION": "direction",
    "AVOID_USING_MANY-TO-MANY_RELATIONSHIPS_ON_TABLES_USED_FOR_DYNAMIC_ROW_LEVEL_SECURITY": "direction",
    "INACTIVE_RELATIONSHIPS_THAT_ARE_NEVER_ACTIVATED": "direction",
    "USE_THE_DIVIDE_FUNCTION_FOR_DIVISION": "division",
    "AVOID_USING_THE_IFERROR_FUNCTION": "division",
    "FILTER_COLUMN_VALUES": "division",
    "FILTER_MEASURE_VALUES_BY_COLUMNS": "division",
    "EVALUATEANDLOG_SHOULD_NOT_BE_USED_IN_PRODUCTION_MODELS": "division",
    "DAX_COLUMNS_FULLY_QUALIFIED": "qualified",
    "DAX_MEASURES_UNQUALIFIED": "qualified",
    "AVOID_DUPLICATE_MEASURES": "no_two_measures",
    "AVOID_INVALID_NAME_CHARACTERS": "trimmed",
    "SPECIAL_CHARS_IN_OBJECT_NAMES": "trimmed",
    "TRIM_OBJECT_NAMES": "trimmed",
    "OBJECTS_SHOULD_NOT_START_OR_END_WITH_A_SPACE": "trimmed",
    "RELATIONSHIP_COLUMNS_SAME_DATA_TYPE": "relationships_join",
    "FIX_REFERENTIAL_INTEGRITY_VIOLATIONS": "relationships_join",
    "DATA_COLUMNS_MUST_HAVE_A_SOURCE_COLUMN": "every_column",
    "PARTITION_NAME_SHOULD_MATCH_TABLE_NAME_FOR_SINGLE_PARTITION_TABLES": "power_query",
    "LARGE_TABLES_SHOULD_BE_PARTITIONED": "power_query",
}
RULES_IN_ALL = 71


@pytest.fixture(scope="module")
def nodes() -> list[Node]:
    return read_folder(DEFINITION)


@pytest.fixture(scope="module")
def tables(nodes: list[Node]) -> list[Node]:
    return [n for n in nodes if n.kind == "table"]


def measures(tables: list[Node]) -> list[Node]:
    return [m for t in tables for m in t.all("measure")]


def columns(tables: list[Node]) -> list[Node]:
    return [c for t in tables for c in t.all("column")]


def test_keys_are_hidden(nodes: list[Node], tables: list[Node]) -> None:
    """Readers choose by names. The day, the CVR number and the interface are names and keys in one."""
    shown = {(t.name, c.name) for t in tables for c in t.all("column") if "isHidden" not in c.flags}
    ends = {n.properties[end] for n in nodes if n.kind == "relationship" for end in ("fromColumn", "toColumn")}
    visible = {end for end in ends if any(end.replace("'", "") == f"{t}.{c}" for t, c in shown)}
    assert visible == {"Dato.Dato", "Snitflade.Snitflade", "Afvigelser.Fra"}


def test_there_is_one_date_table_and_no_automatic_ones(nodes: list[Node], tables: list[Node]) -> None:
    assert [t.name for t in tables if t.properties.get("dataCategory") == "Time"] == ["Dato"]
    assert [t.name for t in tables if t.name.startswith(("LocalDateTable", "DateTableTemplate"))] == []
    (model,) = [n for n in nodes if n.kind == "model"]
    assert "discourageImplicitMeasures" in model.flags
    assert [a.expression for a in model.all("annotation")] == ["0"]


def test_formats(tables: list[Node]) -> None:
    without = [m.name for m in measures(tables) if not {"formatString", "formatStringDefinition"} & m.properties.keys()]
    texts = {"Publicering", "Overskrift på potentialet", "Hvad der vises", "Mærke", "Mærkets farve", "Hullets farve"}
    assert set(without) == texts | {"Måneder i modellen", "Hvad matrixen viser"}
    shares = {m.name for m in measures(tables) if m.properties.get("formatString", "").endswith("%")}
    assert {m.name for m in measures(tables) if m.name.startswith("Andel") or m.name.endswith("grad")} <= shares
    assert [
        c.name
        for c in columns(tables)
        if c.properties["dataType"] == "dateTime" and not c.properties.get("formatString")
    ] == []


def test_descriptions(tables: list[Node]) -> None:
    assert [n.name for n in [*tables, *measures(tables), *columns(tables)] if len(n.description) < 5] == []
    assert [m.name for m in measures(tables) if "displayFolder" not in m.properties] == []


def test_no_column_is_summed_by_itself(tables: list[Node]) -> None:
    assert {c.properties["summarizeBy"] for c in columns(tables)} == {"none"}
    visible_figures = [
        c.name for c in columns(tables) if c.properties["dataType"] == "double" and "isHidden" not in c.flags
    ]
    assert visible_figures == []


def test_relationships_have_a_single_direction_and_are_active(nodes: list[Node]) -> None:
    """The reader refuses the properties that would say otherwise."""
    assert {tuple(n.properties) for n in nodes if n.kind == "relationship"} == {("fromColumn", "toColumn")}


def test_division_is_divide_and_risky_functions_are_not_used(tables: list[Node]) -> None:
    for measure in measures(tables):
        assert " / " not in measure.expression, measure.name
        assert references(measure.expression).functions.isdisjoint(
            {"IFERROR", "FILTER", "EVALUATEANDLOG", "LOOKUPVALUE"}
        )


def test_columns_are_qualified_and_measures_are_not(tables: list[Node]) -> None:
    names = {m.name for m in measures(tables)}
    for measure in measures(tables):
        assert references(measure.expression).measures <= names
        assert not re.search(r"(?<!')\b[A-Za-z]\w*\[", measure.expression), (
            f"{measure.name}: tabelnavn uden citationstegn"
        )


def test_no_two_measures_are_the_same(tables: list[Node]) -> None:
    texts = ["".join(m.expression.split()) for m in measures(tables)]
    assert len(set(texts)) == len(texts)


def test_names_are_trimmed_and_plain(tables: list[Node]) -> None:
    for node in [*tables, *measures(tables), *columns(tables)]:
        assert node.name == node.name.strip()
        assert not re.search(r"[\t\n\r\[\]]", node.name)


def test_the_coverage_is_stated(proof: Proof) -> None:
    """Each rule names a test that is there."""
    here = Path(__file__)
    tests = re.findall(
        r"def (test_\w+)", here.read_text("utf-8") + (here.parent / "test_semantic_model.py").read_text("utf-8")
    )
    assert [rule for rule, part in COVERED.items() if not any(part in test for test in tests)] == []
    proof.says("Regler fra Microsofts Best Practice Rules, holdt af en test", f"{len(COVERED)} af {RULES_IN_ALL}")
