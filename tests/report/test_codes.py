"""One word for one code: the published list is what every product says, and no product keeps a list of its own."""

import ast
import re
from collections.abc import Iterator

import duckdb

from kdi.notation import danish
from kdi.report import codes
from kdi.settings import PROJECT_ROOT

STYLES = PROJECT_ROOT / "reports"


def test_the_published_words_are_those_of_the_products(demo: duckdb.DuckDBPyConnection) -> None:
    rows = demo.execute(
        "select tabel, kolonne, kode, ord, orden from marts.kode order by tabel, kolonne, orden"
    ).fetchall()
    assert len(rows) > 100
    for table, column, code, word, place in rows:
        assert list(codes.labels(table, column).items())[place - 1] == (code, word)
    lists = {(table, column) for table, column, *_ in rows}
    assert sum(len(codes.words(*known)) for known in lists) == len(rows)


def test_every_code_in_the_marts_has_a_word(demo: duckdb.DuckDBPyConnection) -> None:
    lists = demo.execute("select tabel, kolonne, list(kode) from marts.kode group by all").fetchall()
    for table, column, known in lists:
        found = demo.execute(f"select distinct {column} from {table} where {column} is not null").fetchall()
        assert {code for (code,) in found} <= set(known), (table, column)


def dictionaries() -> Iterator[tuple[str, set[str]]]:
    """The keys of every dictionary of texts that stands in a product's code."""
    for folder in ("kdi/report", "kdi/excel", "powerbi"):
        for path in sorted((PROJECT_ROOT / folder).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Dict) and all(isinstance(v, ast.Constant) for v in node.values):
                    yield f"{path.name}:{node.lineno}", {k.value for k in node.keys if isinstance(k, ast.Constant)}


def test_no_product_has_a_list_of_words_of_its_own(demo: duckdb.DuckDBPyConnection) -> None:
    lists = [
        set(known) for (known,) in demo.execute("select list(kode) from marts.kode group by tabel, kolonne").fetchall()
    ]
    # Two codes alone are no list: "it is about KLE, or about SAPA". A table or label of a measure, and what a sentence
    # says of a source, are no words for codes.
    again = {place for place, keys in dictionaries() if any(len(keys & known) > 2 for known in lists)}
    assert {place.split(":")[0] for place in again} == {
        "analyse_sider.py",
        "indicators.py",
        "sources.py",
        "webpages_municipality.py",
    }


def test_states_have_one_colour_on_paper_and_screen(demo: duckdb.DuckDBPyConnection) -> None:
    colours = dict(demo.execute("select kode, farve from marts.kode where farve is not null").fetchall())
    assert set(colours) == set(codes.words("kpi.potentiale", "tilstand"))
    typst, css = ((STYLES / name).read_text(encoding="utf-8") for name in ("typst/blokke.typ", "web/stil.css"))
    on_paper = dict(re.findall(r'#let (\w+) = rgb\("(#\w{6})"\)', typst)) | {"white": "#ffffff"}
    on_paper["striped"] = f"{on_paper['amber']} stribet"
    fills = dict(re.findall(r"(\w+): (\w+)", typst[typst.index("#let fills") :].split("\n")[0]))
    assert {code: on_paper[fill] for code, fill in fills.items()} == colours
    on_screen = dict(re.findall(r"--(\w+): (#\w{6})", css))
    for code, rule in re.findall(r"^\.t-(\w+) \{ --c: ([^;]+); \}", css, re.M):
        (name,) = re.findall(r"var\(--(\w+)\)", rule)
        assert on_screen[name] + (" stribet" if "gradient" in rule else "") == colours[code]


def test_a_word_begins_a_cell_with_a_capital_letter() -> None:
    assert codes.labels("kpi.potentiale", "tilstand")["i_brug"] == danish.capital("i brug") == "I brug"
