"""The same figure in every product: each product is read back as its reader meets it, and compared with the marts.

A new product joins with one function that gives the figures it shows, by measure and whose they are.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.report import k98, kditl, nyhedsbrev, web
from orchestration.report.agreements import NONE

from .conftest import Published

# (measure, whose it is: a CVR number or "alle") → the figure as text
Figures = dict[tuple[str, str], str]
KEYS = ("kald_pr_indbygger", "realiseringsgrad", "tilslutningsgrad", "daekningsgrad")
TOWNS = ("Aalborg", "Fredericia", "Læsø")


def in_marts(published: Published, folder: Path) -> Figures:
    """The truth, by SQL of its own: the catalogue's formula over the municipality's rows."""
    edition, found = published.edition, {}
    where = {
        "kald_pr_indbygger": ("kpi.kald_pr_indbygger", "maaned = $maaned"),
        "realiseringsgrad": ("kpi.potentiale_kommune", "maaned = $maaned"),
        "tilslutningsgrad": ("kpi.tilslutning_kommune", "statusdato = $statusdato"),
        "daekningsgrad": ("kpi.kle_daekning", "udtraeksdato = $udtraek"),
    }
    for town in TOWNS:
        cvr = published.cvr(town)
        for name, (table, period) in where.items():
            measure = edition.measure(name, table)
            # calls of a municipality are the sum over its data areas, of one population
            formula = "sum(kald) / max(folketal)" if name == "kald_pr_indbygger" else measure.formula
            value = edition.row(f"select {formula} as tal from {table} where {period} and cvr = $cvr", cvr=cvr)["tal"]
            found[name, cvr] = measure.text(value)
    general = dict.fromkeys(
        ("realiseringsgrad", "udbredelsespotentiale", "tilslutningspotentiale"), "kpi.potentiale_k98"
    ) | dict.fromkeys(("kald_pr_borger", "kald_pr_borger_12m"), "kpi.kald_pr_borger_danmark")
    for name, table in general.items():
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


def in_potential_pdfs(published: Published, folder: Path) -> Figures:
    found: Figures = {}
    tables = ("kpi.kald_pr_indbygger", "kpi.potentiale_kommune", "kpi.tilslutning_kommune", "kpi.kle_daekning")
    for town in TOWNS:
        first_page = published.pdf(published.potential(town)).pages[0]
        for name, table in zip(KEYS, tables, strict=True):
            found |= printed(published, first_page, table, (name,), published.cvr(town))
    return found


def in_general_pdf(published: Published, folder: Path) -> Figures:
    page = published.pdf(k98.build(published.edition, published.indicators)).pages[0]
    names = ("realiseringsgrad", "udbredelsespotentiale", "tilslutningspotentiale")
    found = printed(published, page, "kpi.potentiale_k98", names, "alle")
    return found | printed(published, page, "kpi.kald_pr_borger_danmark", ("kald_pr_borger",), "alle")


def in_master_pdf(published: Published, folder: Path) -> Figures:
    page = published.pdf(kditl.build(published.edition)).pages[0]
    names = ("kald_pr_borger_12m", "kald_pr_borger")
    return printed(published, page, "kpi.kald_pr_borger_danmark", names, "alle")


def in_newsletter(published: Published, folder: Path) -> Figures:
    mail = nyhedsbrev.text(nyhedsbrev.build(published.edition, ""))
    return {("kald_pr_borger", "alle"): re.search(r"^(\S+) kald pr\. borger i Danmark$", mail, re.M)[1]}  # type: ignore[index]


def in_web(published: Published, folder: Path) -> Figures:
    found: Figures = {}
    for town in TOWNS:
        cvr = published.cvr(town)
        web.write(published.edition, published.indicators, NONE, cvr, folder / town)
        (own,) = (folder / town / "kommune").glob("*/index.html")
        for path, whose in ((folder / town / "index.html", "alle"), (own, cvr)):
            for name, figure in re.findall(r'data-maal="(\w+)">([^<]+)<', path.read_text(encoding="utf-8")):
                found[name, whose] = figure
    return found


PRODUCTS: dict[str, Callable[[Published, Path], Figures]] = {
    "Potentialeanalyse for kommunen (PDF)": in_potential_pdfs,
    "Potentialeanalyse K98 (PDF)": in_general_pdf,
    "KDI i tal masterrapport (PDF)": in_master_pdf,
    "Nyhedsbrev": in_newsletter,
    "Websider": in_web,
}


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_product_shows_the_figures_of_the_marts(product: str, published: Published, tmp_path: Path) -> None:
    truth = in_marts(published, tmp_path)
    shown = PRODUCTS[product](published, tmp_path)
    assert shown
    assert {key: truth[key] for key in shown} == shown
