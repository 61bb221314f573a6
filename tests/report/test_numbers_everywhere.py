"""The same figure in every product: each product is read back as its reader meets it, and compared with the marts.

A new product joins with one function that gives the figures it shows, by measure and whose they are.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kdi.notation.danish import MISSING
from kdi.publish.agreements import NONE
from kdi.report import k98_analyse, kditl, nyhedsbrev, web
from kdi.report.edition import Edition
from kdi.report.imprint import Imprint
from kdi.report.indicators import Indicators

from .conftest import Published
from .workbook_and_model import key_figures, power_bi

# (measure, whose it is: a CVR number or "alle") → the figure as text
Figures = dict[tuple[str, str], str]
# A large, a small and two in between, and the one that only one system's service is called by.
TOWNS = ("Aalborg", "Fredericia", "København", "Køge", "Læsø")
# The figures that two products or more have in common, by their table.
OWN = {
    "kald": "kpi.kald_pr_indbygger",
    "kald_12m": "kpi.kald_pr_indbygger",
    "kald_pr_indbygger": "kpi.kald_pr_indbygger",
    "mulige": "kpi.potentiale_kommune",
    "realiseringsgrad": "kpi.potentiale_kommune",
    "udbredelsespotentiale": "kpi.potentiale_kommune",
    "tilslutningspotentiale": "kpi.potentiale_kommune",
    "tilslutningsgrad": "kpi.tilslutning_kommune",
    "udbredelse_huller": "kpi.udbredelse_huller",
    "daekningsgrad": "kpi.kle_daekning",
    "sapa_opslag": "kpi.sapa",
}
GENERAL = {
    "mulige": "kpi.potentiale_k98",
    "realiseringsgrad": "kpi.potentiale_k98",
    "udbredelsespotentiale": "kpi.potentiale_k98",
    "tilslutningspotentiale": "kpi.potentiale_k98",
    "kald_pr_borger": "kpi.kald_pr_borger_danmark",
    "kald_pr_borger_12m": "kpi.kald_pr_borger_danmark",
}
KEYS = ("kald_pr_indbygger", "realiseringsgrad", "tilslutningsgrad", "daekningsgrad")
# The only figures that are blank everywhere: these do not use SAPA.
BLANK = [("sapa_opslag", "København"), ("sapa_opslag", "Køge"), ("sapa_opslag", "Læsø")]


def in_marts(published: Published) -> Figures:
    """The truth, by SQL of its own: the catalogue's formula over the municipality's rows."""
    edition, found = published.edition, {}
    periods = {
        "kpi.tilslutning_kommune": "statusdato = $statusdato",
        "kpi.kle_daekning": "udtraeksdato = $udtraek",
    }
    for town in TOWNS:
        cvr = published.cvr(town)
        for name, table in OWN.items():
            measure, period = edition.measure(name, table), periods.get(table, "maaned = $maaned")
            # calls of a municipality are the sum over its data areas, of one population
            formula = "sum(kald) / max(folketal)" if name == "kald_pr_indbygger" else measure.formula
            value = edition.row(f"select {formula} as tal from {table} where {period} and cvr = $cvr", cvr=cvr)["tal"]
            found[name, cvr] = measure.text(value)
    for name, table in GENERAL.items():
        measure = edition.measure(name, table)
        value = edition.row(f"select {measure.formula} as tal from {table} where maaned = $maaned")["tal"]
        found[name, "alle"] = measure.text(value)
    return found


def printed(published: Published, text: str, table: str, names: tuple[str, ...], whose: str) -> Figures:
    """Figures in the text of a PDF: each stands right after its label."""
    found = {}
    for name in names:
        label = "".join(published.edition.measure(name, table).label.split())
        figure = re.search(re.escape(label) + r"(\d[\d.]*(?:,\d+)?%?)", text)
        assert figure, (label, text[:400])
        found[name, whose] = figure[1].replace("%", "\u00a0%")
    return found


# What stands before each figure on page 1 of the analysis, without blanks.
_ON_PAGE_ONE = {
    "tilslutningsgrad": "Tilslutning:klarmeldtesnitflader",
    "realiseringsgrad": "Udbredelse:andelibrug",
    "daekningsgrad": "KLE:emnermedsager",
    "kald_pr_indbygger": r"Kaldpr\.indbygger,\w+\.?\d{4}",
}


def in_potential_pdfs(published: Published, folder: Path) -> Figures:
    found: Figures = {}
    for town in TOWNS:
        first_page = published.pdf(published.potential(town)).pages[0]
        for name in KEYS:
            after = r"([\d.]+,\d\d)" if name == "kald_pr_indbygger" else r"[\d.]+?af[\d.]+?(100,0%|[1-9]\d?,\d%|0,\d%)"
            figure = re.search(_ON_PAGE_ONE[name] + after, first_page)
            assert figure, (name, first_page[:600])
            found[name, published.cvr(town)] = figure[1].replace("%", "\u00a0%")
    return found


def in_general_pdf(published: Published, folder: Path) -> Figures:
    read = published.pdf(k98_analyse.build(published.edition))
    share = re.search(r"([\d.]+,\d)%afdetmålbare", read.pages[0])
    told = " ".join(str(element["/Alt"]) for kind, element in read.tagged() if kind == "Figure")
    per_citizen = re.search(r"Kald pr. borger: .* og (\S+) i ", told.split("Andel")[-1])
    assert share and per_citizen
    return {("realiseringsgrad", "alle"): f"{share[1]}\u00a0%", ("kald_pr_borger", "alle"): per_citizen[1]}


def in_master_pdf(published: Published, folder: Path) -> Figures:
    page = published.pdf(kditl.build(published.edition)).pages[0]
    names = ("kald_pr_borger_12m", "kald_pr_borger")
    return printed(published, page, "kpi.kald_pr_borger_danmark", names, "alle")


def in_newsletter(published: Published, folder: Path) -> Figures:
    mail = nyhedsbrev.text(nyhedsbrev.build(published.edition, "", Imprint()))
    return {("kald_pr_borger", "alle"): re.search(r"^(\S+) kald pr\. borger\b", mail, re.M)[1]}  # type: ignore[index]


def in_web(published: Published, folder: Path) -> Figures:
    found: Figures = {}
    for town in TOWNS:
        cvr = published.cvr(town)
        web.write(published.edition, published.indicators, NONE, cvr, folder / town)
        for path, whose in ((folder / town / "landet.html", "alle"), (folder / town / "index.html", cvr)):
            for name, figure in re.findall(r'data-maal="(\w+)">([^<]+)<', path.read_text(encoding="utf-8")):
                found[name, whose] = figure
    return found


def in_excel(published: Published, folder: Path) -> Figures:
    """The sheets of key figures: the municipalities', and KOMBIT's, which are the whole country's."""
    found: Figures = {}
    for reader in (*TOWNS, "KOMBIT"):
        front = key_figures(published.release, reader, folder / "home")
        whose = "alle" if reader == "KOMBIT" else published.cvr(reader)
        for name, table in OWN.items():
            if whose != "alle" or name in GENERAL:
                found[name, whose] = front[published.edition.measure(name, table).label]
    return found


def in_power_bi(published: Published, folder: Path) -> Figures:
    """The model's own measures for the municipality and the month."""
    model, edition = power_bi(published.release), published.edition
    found = {(name, "alle"): model.shown(edition, name, table) for name, table in GENERAL.items()}
    for cvr in map(published.cvr, TOWNS):
        found |= {(name, cvr): model.shown(edition, name, table, cvr) for name, table in OWN.items()}
    return found


PRODUCTS: dict[str, Callable[[Published, Path], Figures]] = {
    "Potentialeanalyse for kommunen (PDF)": in_potential_pdfs,
    "Potentialeanalyse K98 (PDF)": in_general_pdf,
    "KDI i tal masterrapport (PDF)": in_master_pdf,
    "Nyhedsbrev": in_newsletter,
    "Websider": in_web,
    "Excel": in_excel,
    "Power BI": in_power_bi,
}
# Beside the municipality's key figures; listed so that a new figure in common must be decided on.
_BESIDE_KEYS = {"kald", "kald_12m", "mulige", "udbredelsespotentiale", "tilslutningspotentiale", "udbredelse_huller",
                "sapa_opslag"}  # fmt: skip
# What a product does not have among its headline figures: a municipality's own, and the whole country's.
NOT_SHOWN: dict[str, tuple[set[str], set[str]]] = {
    "Potentialeanalyse for kommunen (PDF)": (_BESIDE_KEYS, set(GENERAL)),
    "Potentialeanalyse K98 (PDF)": (
        set(OWN),
        {"mulige", "kald_pr_borger_12m", "udbredelsespotentiale", "tilslutningspotentiale"},
    ),
    "KDI i tal masterrapport (PDF)": (
        set(OWN),
        {"mulige", "realiseringsgrad", "udbredelsespotentiale", "tilslutningspotentiale"},
    ),
    "Nyhedsbrev": (
        set(OWN),
        {"mulige", "realiseringsgrad", "udbredelsespotentiale", "tilslutningspotentiale", "kald_pr_borger_12m"},
    ),
    "Websider": (
        _BESIDE_KEYS,
        {"mulige", "udbredelsespotentiale", "tilslutningspotentiale", "kald_pr_borger_12m"},
    ),
    "Excel": (set(), {"kald_pr_borger", "kald_pr_borger_12m"}),
    "Power BI": (set(), set()),
}
# Workbooks have no month to choose: they show the newest. So the others are read in that month too.
IN_NEWEST_MONTH = (
    "Excel",
    "Power BI",
    "Potentialeanalyse for kommunen (PDF)",
    "Potentialeanalyse K98 (PDF)",
    "Nyhedsbrev",
)


@pytest.fixture(scope="module")
def newest(published: Published) -> Iterator[Published]:
    with Edition(published.release, published.edition.months[-1]) as edition:
        assert edition.month != published.edition.month
        yield Published(published.release, edition, Indicators(edition))


def shows_the_figures_of_the_marts(product: str, published: Published, folder: Path) -> None:
    truth, shown = in_marts(published), PRODUCTS[product](published, folder)
    assert [key for key, figure in truth.items() if figure == MISSING] == [
        (name, published.cvr(town)) for name, town in BLANK
    ]
    own, general = NOT_SHOWN[product]
    missing = {(name, published.cvr(town)) for name in own for town in TOWNS} | {(name, "alle") for name in general}
    assert truth.keys() - shown.keys() == missing
    assert {key: truth[key] for key in shown} == shown


@pytest.mark.parametrize("product", [p for p in PRODUCTS if p != "Excel"])
def test_every_product_shows_the_figures_of_the_marts(product: str, published: Published, tmp_path: Path) -> None:
    shows_the_figures_of_the_marts(product, published, tmp_path)


@pytest.mark.parametrize("product", IN_NEWEST_MONTH)
def test_products_show_the_figures_of_the_marts_in_the_newest_month(
    product: str, newest: Published, tmp_path: Path
) -> None:
    shows_the_figures_of_the_marts(product, newest, tmp_path)
