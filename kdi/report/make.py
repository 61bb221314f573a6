"""Making the products: from the release in force to files under ``<home>/reports/<period>/``.

A report that fails stops no other: the rest is made, and then it is told which failed and why.
"""

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path

from kdi.lake.store import Lake
from kdi.machine import progress
from kdi.publish import agreements
from kdi.publish.agreements import Agreements
from kdi.report import catalogue, edition, screening
from kdi.report.document import Document
from kdi.report.edition import Edition, NotPublished
from kdi.report.file_names import file_names
from kdi.report.imprint import Imprint
from kdi.report.indicators import Indicators

log = logging.getLogger("kdi.report")


class ReportsFailed(Exception):
    """Some of a product's reports could not be made; the others were. ``lines`` has one for each that failed."""

    def __init__(self, lines: list[str], made: int) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
        self.made = made


@dataclass(frozen=True)
class Report:
    """One report of a product: whom or what it is about, and what writes its files."""

    about: str
    write: Callable[[], Iterable[Path]]


@dataclass(frozen=True)
class Press:
    """The link to the release in force, the lake behind it, who publishes, and the folder of all reports."""

    release: Path
    lake: Lake
    imprint: Imprint
    folder: Path

    def imprint_of(self, edition: Edition) -> Imprint:
        """The imprint, which says so when the release's data are made up."""
        return replace(self.imprint, is_made_up=self.imprint.is_made_up or edition.is_made_up)


@dataclass
class Workbench:
    """An edition with what several products ask of it, and where its files go."""

    press: Press
    edition: Edition
    folder: Path
    only: str | None = None

    @cached_property
    def sender(self) -> Imprint:
        return self.press.imprint_of(self.edition)

    @cached_property
    def indicators(self) -> Indicators:
        return Indicators(self.edition)

    @cached_property
    def agreements(self) -> Agreements:
        return agreements.in_force(self.press.lake)

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
        progress.expect(len(found))
        yield from found

    @cached_property
    def file_name(self) -> dict[str, str]:
        """The municipalities' file names by CVR number."""
        return file_names({m["cvr"]: m["navn"] for m in self.edition.municipalities}, taken=("offentlig",))

    def pdf(self, about: str, path: str, build: Callable[[], Document]) -> Report:
        """A report as PDF at a path under the edition's folder."""
        from kdi.report import pdf

        return Report(about, lambda: [pdf.write(build(), self.edition.published, self.folder / path, self.sender)])


def potentiale(bench: Workbench) -> Iterator[Report]:
    """Potentialeanalyse per municipality."""
    from kdi.report import analyse as product

    for cvr, name in bench.municipalities():
        yield bench.pdf(
            name,
            f"potentialeanalyse/{bench.file_name[cvr]}.pdf",
            partial(product.build, bench.edition, bench.agreements, cvr),
        )


def k98(bench: Workbench) -> Iterator[Report]:
    """Potentialeanalyse K98."""
    from kdi.report import k98_analyse as product

    yield bench.pdf("K98", "potentialeanalyse-k98.pdf", lambda: product.build(bench.edition))


def tilslutning(bench: Workbench) -> Iterator[Report]:
    """Tilslutningsrapport per IT system: for its supplier, and with all names for KOMBIT."""
    from kdi.report import tilslutning as product

    systems = product.systems(bench.edition)
    names = product.file_names_of(systems)
    chosen = [
        s for s in systems if bench.only is None or bench.only.lower() in (s.name.lower(), s.shown.lower(), s.uuid)
    ]
    if bench.only and not chosen:
        raise NotPublished(
            f"»{bench.only}« står hverken på SKI’s liste eller i onboardingarket. Skriv navn eller UUID."
        )
    progress.expect(2 * len(chosen))
    for system in chosen:
        name = names[system.identity]
        for whom, path, named in (
            ("KOMBIT", f"tilslutning/kombit/{name}.pdf", None),
            ("leverandøren", f"tilslutning/{name}.pdf", bench.agreements.open_to_all),
        ):
            yield bench.pdf(f"{system.shown}, til {whom}", path, partial(product.build, bench.edition, system, named))


def sapa(bench: Workbench) -> Iterator[Report]:
    """SAPA report: one for all, and one per municipality with units."""
    from kdi.report import sapa as product

    if bench.only is None:
        yield bench.pdf("alle kommuner", "sapa-rapport.pdf", lambda: product.build(bench.edition))
    with_units = {m["cvr"] for m in product.municipalities(bench.edition)}
    for cvr, name in bench.municipalities():
        if cvr in with_units:
            yield bench.pdf(name, f"sapa/{bench.file_name[cvr]}.pdf", partial(product.build, bench.edition, cvr))


def kditl(bench: Workbench) -> Iterator[Report]:
    """KDI i tal, the master report."""
    from kdi.report import kditl as product

    yield bench.pdf("KDI i tal", "kdi-i-tal-masterrapport.pdf", lambda: product.build(bench.edition))


def nyhedsbrev(bench: Workbench) -> Iterator[Report]:
    """The newsletter, written to files and sent nowhere."""
    from kdi.report import nyhedsbrev as product

    folders = bench.press.folder, bench.folder
    yield Report("alle abonnenter", partial(product.write, bench.edition, bench.sender, *folders))


def web(bench: Workbench) -> Iterator[Report]:
    """The web pages: the public edition, and one per municipality."""
    from kdi.report import web as product

    def edition_for(cvr: str | None, folder: str) -> list[Path]:
        target = bench.folder / "web" / folder
        return [product.write(bench.edition, bench.indicators, bench.agreements, cvr, target, bench.sender)]

    if bench.only is None:
        yield Report("offentlig udgave", partial(edition_for, None, "offentlig"))
    for cvr, name in bench.municipalities():
        yield Report(name, partial(edition_for, cvr, bench.file_name[cvr]))


PRODUCTS = {product.__name__: product for product in (potentiale, k98, tilslutning, sapa, kditl, nyhedsbrev, web)}


def make(press: Press, product: str, month: date | None = None, only: str | None = None) -> Iterator[Path]:
    """Make a product's files and give their paths as they come.

    Args:
        month: what it is about; the newest month, or the last of the newest whole quarter, unless given.
        only: one municipality or system, by name, CVR number or UUID.

    Raises:
        NotPublished: there is nothing to make it from; the message says what to do.
        ReportsFailed: when all others are made: those that could not be.
    """
    rhythm = catalogue.products()[product].rytme
    with Edition(press.release) as newest:
        chosen = month or (
            edition.newest_quarter(newest.usable or newest.months) if rhythm == "kvartal" else newest.month
        )
    title = catalogue.products()[product].titel
    failed, made = [], 0
    with Edition(press.release, chosen) as opened:
        period = f"{chosen.year}K{(chosen.month + 2) // 3}" if rhythm == "kvartal" else f"{chosen:%Y-%m}"
        bench = Workbench(press, opened, press.folder / period, only)
        try:
            reports = list(PRODUCTS[product](bench))
        except NotPublished:
            raise
        except Exception as error:
            log.debug("%s", product, exc_info=True)
            raise ReportsFailed([f"{title}: {_reason(error)}"], 0) from error
        for report, written in _written(reports):
            if isinstance(written, Exception):
                log.debug("%s, %s", product, report.about, exc_info=written)
                failed.append(f"{title}, {report.about}: {_reason(written)}")
                continue
            made += len(written)
            yield from written
    if failed:
        raise ReportsFailed(failed, made)


def _written(reports: list[Report]) -> Iterator[tuple[Report, list[Path] | Exception]]:
    """Each report with its files or what stopped it, in order; as many at a time as there are processors.

    Typst lays pages out without Python's lock, so one report is laid out while the next is asked for.
    """

    def write(report: Report) -> list[Path] | Exception:
        try:
            return list(report.write())
        except Exception as error:  # whatever it is, the other reports are made
            return error

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from zip(reports, pool.map(write, reports), strict=True)


def make_screening(press: Press, system: str, kommune: str, month: date | None = None) -> Path:
    """Write the architecture screening of a system in a municipality, both by name or number; returns its path.

    Raises:
        NotPublished: there is nothing to make it from, or no such municipality; the message says what to do.
        NoSuchSystem: the municipality has no such system.
    """
    with Edition(press.release) as newest:
        chosen = month or edition.newest_quarter(newest.usable or newest.months)
    with Edition(press.release, chosen) as opened:
        numbers = [m["cvr"] for m in opened.municipalities if kommune in (m["cvr"], m["navn"])]
        if not numbers:
            raise NotPublished(f"»{kommune}« er ingen kommune. Skriv navnet som Aalborg, eller CVR-nummeret.")
        found = screening.build(opened, system, numbers[0])
        folder = press.folder / f"{chosen.year}K{(chosen.month + 2) // 3}" / "screening"
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{found.municipality} {found.system}"
        target = screening.free(folder, file_names({name: name})[name])
        screening.write(found, target)
        return target


def newsletter_remarks(press: Press, month: date | None) -> list[str]:
    """What the newsletter's editor should know before it is sent, one line each; none when it cannot be made."""
    from kdi.report import nyhedsbrev as product

    try:
        with Edition(press.release, month) as opened:
            return product.remarks(opened, press.imprint, press.folder)
    except NotPublished:
        return []


def _reason(error: Exception) -> str:
    said = " ".join(str(error).split())[:400]
    return f"kunne ikke laves. {type(error).__name__}: {said}"


def names_not_shown(press: Press) -> list[str]:
    """One line per name in the release that reports show otherwise than it was delivered."""
    from kdi.report import showable

    try:
        with Edition(press.release) as opened:
            return [str(found) for found in showable.altered(opened, press.lake)]
    except NotPublished:
        return []
