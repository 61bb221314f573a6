"""Making the products: from the release in force to files under ``<home>/reports/<period>/``."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from orchestration.publish import agreements
from orchestration.publish.agreements import Agreements
from orchestration.report import catalogue, edition
from orchestration.report.danish import slug
from orchestration.report.edition import Edition, NotPublished
from orchestration.report.indicators import Indicators
from orchestration.settings import Settings


@dataclass
class Workbench:
    """An edition with what several products ask of it, and where its files go."""

    settings: Settings
    edition: Edition
    folder: Path
    only: str | None = None

    @cached_property
    def indicators(self) -> Indicators:
        return Indicators(self.edition)

    @cached_property
    def agreements(self) -> Agreements:
        return agreements.in_force(self.settings)

    def municipalities(self) -> Iterator[tuple[str, str]]:
        """CVR number and name of those asked for.

        Raises:
            NotPublished: there is no municipality of that name.
        """
        found = [
            (m["cvr"], m["navn"])
            for m in self.edition.municipalities
            if self.only is None or self.only.lower() in (m["navn"].lower(), m["cvr"])
        ]
        if not found:
            raise NotPublished(f"Der er ingen kommune, der hedder »{self.only}«. Skriv navnet eller CVR-nummeret.")
        yield from found


def potentiale(bench: Workbench) -> Iterator[Path]:
    """Potentialeanalyse per municipality."""
    from orchestration.report import pdf
    from orchestration.report import potentiale as product

    for cvr, name in bench.municipalities():
        document = product.build(bench.edition, bench.indicators, bench.agreements, cvr)
        yield pdf.write(document, bench.edition.published, bench.folder / "potentialeanalyse" / f"{slug(name)}.pdf")


def k98(bench: Workbench) -> Iterator[Path]:
    """Potentialeanalyse K98."""
    from orchestration.report import k98 as product
    from orchestration.report import pdf

    document = product.build(bench.edition, bench.indicators)
    yield pdf.write(document, bench.edition.published, bench.folder / "potentialeanalyse-k98.pdf")


def tilslutning(bench: Workbench) -> Iterator[Path]:
    """Tilslutningsrapport per IT system."""
    from orchestration.report import pdf
    from orchestration.report import tilslutning as product

    systems = product.systems(bench.edition)
    chosen = [
        s for s in systems if bench.only is None or bench.only.lower() in (s.name.lower(), s.shown.lower(), s.uuid)
    ]
    if bench.only and not chosen:
        raise NotPublished(
            f"»{bench.only}« står hverken på SKI’s liste eller i onboardingarket. Skriv navn eller UUID."
        )
    for system in chosen:
        path = bench.folder / "tilslutning" / f"{slug(system.shown)}.pdf"
        yield pdf.write(product.build(bench.edition, system), bench.edition.published, path)


def sapa(bench: Workbench) -> Iterator[Path]:
    """SAPA report: one for all, and one per municipality with units."""
    from orchestration.report import pdf
    from orchestration.report import sapa as product

    published = bench.edition.published
    if bench.only is None:
        yield pdf.write(product.build(bench.edition), published, bench.folder / "sapa-rapport.pdf")
    with_units = {m["cvr"] for m in product.municipalities(bench.edition)}
    for cvr, name in bench.municipalities():
        if cvr in with_units:
            yield pdf.write(product.build(bench.edition, cvr), published, bench.folder / "sapa" / f"{slug(name)}.pdf")


def kditl(bench: Workbench) -> Iterator[Path]:
    """KDI i tal, the master report."""
    from orchestration.report import kditl as product
    from orchestration.report import pdf

    yield pdf.write(product.build(bench.edition), bench.edition.published, bench.folder / "kdi-i-tal-masterrapport.pdf")


def nyhedsbrev(bench: Workbench) -> Iterator[Path]:
    """The newsletter, written to files and sent nowhere."""
    from orchestration.report import nyhedsbrev as product

    yield from product.write(bench.edition, bench.settings, bench.folder)


def web(bench: Workbench) -> Iterator[Path]:
    """The web pages: the public edition, and one per municipality."""
    from orchestration.report import web as product

    if bench.only is None:
        yield product.write(bench.edition, bench.indicators, bench.agreements, None, bench.folder / "web" / "offentlig")
    for cvr, name in bench.municipalities():
        yield product.write(bench.edition, bench.indicators, bench.agreements, cvr, bench.folder / "web" / slug(name))


PRODUCTS: dict[str, Callable[[Workbench], Iterator[Path]]] = {
    "potentiale": potentiale,
    "k98": k98,
    "tilslutning": tilslutning,
    "sapa": sapa,
    "kditl": kditl,
    "nyhedsbrev": nyhedsbrev,
    "web": web,
}


def make(settings: Settings, product: str, month: date | None = None, only: str | None = None) -> Iterator[Path]:
    """Make a product's files and give their paths as they come.

    Args:
        month: what it is about; the newest month, or the last of the newest whole quarter, unless given.
        only: one municipality or system, by name, CVR number or UUID.

    Raises:
        NotPublished: there is nothing to make it from; the message says what to do.
    """
    release = settings.published / "current"
    rhythm = catalogue.products()[product].rytme
    with Edition(release) as newest:
        chosen = month or (
            edition.newest_quarter(newest.usable or newest.months) if rhythm == "kvartal" else newest.month
        )
    with Edition(release, chosen) as opened:
        period = f"{chosen.year}K{(chosen.month + 2) // 3}" if rhythm == "kvartal" else f"{chosen:%Y-%m}"
        yield from PRODUCTS[product](Workbench(settings, opened, settings.reports / period, only))
