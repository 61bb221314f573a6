"""Names and interfaces: one rule in Python, in intake and in dbt, and what people write is recognised."""

import re
import unicodedata
from pathlib import Path

import duckdb
import jinja2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from samples import examples

from kdi.notation import names

MACROS = Path(__file__).resolve().parents[2] / "dbt_project" / "macros" / "normaliseret.sql"

ONE_NAME = ["KMD Nexus", "kmd nexus", " KMD\u00a0Nexus ", "KMD\u202fNexus", "KMD\u2009\u3000Nexus", "KMD\tNexus",
            "KMD\r\nNexus", "K\u00adMD Nex\u200bus", "\ufeffKMD Nexus", "\u202aKMD Nexus\u202c", "KMD  Nexus\u2060",
            "KM\u0301D Nexus".replace("\u0301", "")]  # fmt: skip
ONE_DASHED = ["Sags- og Ydelsesindeks", "SAGS\u2011 og Ydelsesindeks", "Sags\u2013 og ydelsesindeks",
              "Sags\u2212 og Ydelsesindeks"]  # fmt: skip
INTERFACES = {
    "SF1470": ["SF1470", "sf1470", "SF 1470", "SF\u00a01470", "SF\u202f1470 - Sags- og Dokumentindeks", "SF-1470",
               "SF_1470", "SF.1470", "S\u00adF1470", "SF1470 – Sags- og Dokumentindeks", "SF1470\nSager",
               "SF1470: Sager", "SF1470, sager", "(SF1470)", "Sags- og Dokumentindeks (SF1470)", "Snitflade SF1470",
               "SF1470Sags- og", "SF1470-Sags", "SF1470 i drift", "SF1470 I drift", "\ufeffSF1470", "SF1470 Åben"],
    "SF1460_A": ["SF1460_A", "SF1460A", "sf1460a", "sf1460_a", "SF 1460 A", "SF1460-A", "SF1460\u2011A",
                 "SF 1460_A - Modtag",                 "SF1460 A: Modtag besked", "SF1460.A", "SF\u00a01460\u00a0A"],
    "SF1460_B": ["SF 1460_B - Vedligehold værdiliste", "SF1460 B - Vedligehold", "SF1460B"],
    "SAPA dialogintegration": ["SAPA dialogintegration", " sapa\u00a0Dialogintegration "],
}  # fmt: skip
UNCLEAR = ["SF147", "SF14701", "SF14 70", "S F 1470", "SF nr. 1470", "SF1460_AB", "SF1470_2", "SF1470/SF1472",
           "SF1470 og SF1472", "SF1470/1472", "SF1460 A/B", "SF"  "01470"]  # fmt: skip
NO_INTERFACE = ["Bemærkninger", "SF-møde 2022", "Status", "", "2022", "Sags- og Dokumentindeks", "NSF1470X"]

# What people type, paste and export, and what nobody sees.
PEOPLE = st.text(
    st.one_of(
        st.sampled_from("SFsf014789ABIab -_./:,()æøåÆØÅéüß\u00a0\u00ad\u200b\ufeff\u2013\u202f\u0301\u030a\u3000\t\n"),
        st.characters(codec="utf-8", exclude_characters="\0"),
    ),
    max_size=24,
)  # fmt: skip


@pytest.fixture(scope="module")
def sql() -> dict[str, str]:
    """Every rule as SQL over a column ``c``: intake's own, and what dbt's macros expand to."""
    calls = "{{ normaliseret('c') }}§{{ snitflade('c') }}"
    source = re.sub(r"\{\{ return\(adapter\.dispatch\('sammensat', 'kdi'\)\((\w+)\)\) \}\}", r"nfc_normalize({{ \1 }})",
                    MACROS.read_text(encoding="utf-8"))  # fmt: skip
    compared, interface = jinja2.Environment().from_string(source + calls).render().strip().split("§")
    return {
        "shown": names.sql_shown("c"), "is_shown": names.sql_is_shown("c"), "interface": names.sql_interface("c"),
        "unclear": names.sql_is_unclear_interface("c"), "dbt compared": compared, "dbt interface": interface,
    }  # fmt: skip


def in_sql(sql: dict[str, str], text: str) -> dict[str, object]:
    columns = ", ".join(f'{expression} as "{name}"' for name, expression in sql.items())
    return duckdb.execute(f"select {columns} from (select ?::varchar as c)", [text]).to_arrow_table().to_pylist()[0]


def assert_one_rule(sql: dict[str, str], text: str) -> None:
    found = in_sql(sql, text)
    interface = names.interface(text)
    assert found == {
        "shown": names.shown(text), "is_shown": names.shown(text) == text, "interface": interface or names.shown(text),
        "unclear": names.is_like_interface(text) and interface is None,
        "dbt compared": names.compared(text), "dbt interface": interface or names.shown(text),
    }  # fmt: skip


@settings(max_examples=examples.of(400), deadline=None, derandomize=True, database=None)
@given(text=PEOPLE)
@example(text="")
@example(text="SF1590 – ØiR – A/B")
def test_python_intake_and_dbt_say_the_same(sql: dict[str, str], text: str) -> None:
    assert_one_rule(sql, text)


def test_they_say_the_same_of_every_character(sql: dict[str, str]) -> None:
    """Letters that are two in lower case, or change with their place in Greek, are left out: engines differ on them."""
    characters = [chr(n) for n in range(1, 0x3000) if unicodedata.category(chr(n)) not in ("Cn", "Cs") and n != 0x130]
    table = duckdb.from_arrow(__import__("pyarrow").table({"c": [f"a{c}b" for c in characters]}))
    rows = table.project(f"c, {sql['shown']}, {sql['dbt compared']}").fetchall()
    wrong = [(c, s, k) for c, s, k in rows if (s, k) != (names.shown(c), names.compared(c))]
    assert wrong == []


@pytest.mark.parametrize("written", [ONE_NAME, ONE_DASHED])
def test_a_name_is_one_however_it_is_written(written: list[str], sql: dict[str, str]) -> None:
    assert {names.compared(text) for text in written} == {written[0].lower()}
    assert {in_sql(sql, text)["dbt compared"] for text in written} == {written[0].lower()}


def test_composed_and_decomposed_letters_are_one() -> None:
    assert names.shown(unicodedata.normalize("NFD", "Ældreplejen Åben")) == "Ældreplejen Åben"


@pytest.mark.parametrize(("interface", "text"), [(i, text) for i, some in INTERFACES.items() for text in some])
def test_an_interface_is_recognised_in_any_clothing(sql: dict[str, str], interface: str, text: str) -> None:
    assert names.interface(text) == interface
    assert_one_rule(sql, text)


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_looks_like_an_interface_and_fits_none_is_unclear(sql: dict[str, str], text: str) -> None:
    assert names.interface(text) is None
    assert names.is_like_interface(text)
    assert_one_rule(sql, text)


@pytest.mark.parametrize("text", NO_INTERFACE)
def test_other_texts_are_no_interface(sql: dict[str, str], text: str) -> None:
    assert not names.is_like_interface(text)
    assert_one_rule(sql, text)


def test_headers_are_one_whatever_stands_between_their_words() -> None:
    assert (
        len(
            {
                names.header_key(t)
                for t in ("it_system_navn", "IT-system navn", "It\u00a0system\u2011navn *", "ITSystemNavn:")
            }
        )
        == 1
    )
