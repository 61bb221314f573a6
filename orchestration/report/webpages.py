"""What stands on each web page: counts and distributions, but for the reader's own municipality and its partners."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from orchestration.report import danish
from orchestration.report.danish import slug
from orchestration.report.document import Block, Column, Definition, Document, Paragraph, Section, tabulate
from orchestration.report.edition import Edition
from orchestration.report.file_names import file_names

MENU = (
    ("index.html", "Overblik"),
    ("kommuner.html", "Kommuner"),
    ("systemer.html", "Systemer"),
    ("snitflader.html", "Snitflader"),
    ("kle.html", "KLE"),
    ("data.html", "Datastatus"),
    ("definitioner.html", "Definitioner"),
    ("soeg.html", "Søg"),
)


@dataclass(frozen=True)
class Page:
    """One page. ``links`` lead to the pages below it; ``tab`` is the menu item it belongs to."""

    path: str
    title: str
    tab: str
    lead: str
    sections: tuple[Section, ...]
    links: tuple[tuple[str, str], ...] = ()
    definitions: tuple[Definition, ...] = ()
    notes: tuple[str, ...] = field(default=())
    trail: tuple[tuple[str, str], ...] = ()


def of_overview(document: Document) -> Iterator[Page]:
    """The overview of all 98, as the general report tells it."""
    yield Page(
        "index.html",
        "Brugen af den fælleskommunale infrastruktur",
        "index.html",
        document.headline,
        (Section("De 98 kommuner", document.front), *document.sections[:2]),
        definitions=document.definitions,
        notes=document.notes,
    )
    yield Page(
        "potentiale.html",
        "Potentialet i de 98 kommuner",
        "index.html",
        document.headline,
        document.sections[2:],
        definitions=document.definitions,
        notes=document.notes,
        trail=(("index.html", "Overblik"),),
    )


def of_municipality(document: Document, folder: str, is_own: bool) -> Iterator[Page]:
    """A municipality's report in pages: the front with the comparison, then a page per section."""
    sections = document.sections if is_own else document.sections[:-1]
    pages = [(f"{folder}/{slug(s.title)}.html", s) for s in sections[1:]]
    trail = (("kommuner.html", "Kommuner"),)
    yield Page(
        f"{folder}/index.html",
        document.audience,
        "kommuner.html",
        document.headline,
        (Section("Her er kommunen", document.front), sections[0]),
        links=tuple((path, s.title) for path, s in pages),
        definitions=document.definitions,
        notes=document.notes,
        trail=trail,
    )
    for path, section in pages:
        yield Page(
            path,
            section.title,
            "kommuner.html",
            document.audience,
            (section,),
            notes=document.notes,
            trail=(*trail, (f"{folder}/index.html", document.audience)),
        )


def municipality_folders(names: dict[str, str]) -> dict[str, str]:
    """Where the pages of each municipality lie, by CVR number."""
    found = file_names({cvr: f"{name} Kommune" for cvr, name in names.items()})
    return {cvr: f"kommune/{name}" for cvr, name in found.items()}


def municipalities(visible: list[str], names: dict[str, str], cvr: str | None) -> Page:
    """The municipalities whose pages this edition holds, and why the others are not there."""
    folders = municipality_folders(names)
    links = tuple(
        (f"{folders[c]}/index.html", f"{names[c]} Kommune")
        for c in sorted(visible, key=lambda c: (c != cvr, list(names).index(c)))
    )
    said = (
        "En kommune har en side her, når den har aftalt at dele sine detaljer"
        + (" med jer eller med alle." if cvr else " med alle.")
        + " De andre indgår i fordelinger, hvor ingen kan kendes."
    )
    return Page("kommuner.html", "Kommuner", "kommuner.html", said, (), links)


def data_status(edition: Edition) -> Page:
    """What the release was made from, source by source."""
    rows = edition.rows(
        """select kilde, count(*) filter (where status in ('publiceret', 'publiceret_delvist')) as med,
            count(*) filter (where status = 'afvist') as afvist,
            count(*) filter (where status = 'erstattet') as erstattet,
            min(periode) filter (where starts_with(status, 'publiceret')) as foerste,
            max(periode) filter (where starts_with(status, 'publiceret')) as seneste,
            cast(sum(raekker_indlaest) filter (where starts_with(status, 'publiceret')) as bigint) as raekker
        from marts.leverance_log group by kilde order by kilde"""
    )
    table = tabulate(
        f"{danish.counted(len(rows), 'kilde', 'kilder')} har leveret",
        rows,
        (Column("Kilde", 1.6), lambda r: r["kilde"]),
        (Column("Første periode", 1.2), lambda r: r["foerste"] or danish.MISSING),
        (Column("Seneste periode", 1.2), lambda r: r["seneste"] or danish.MISSING),
        (Column("Leverancer", right=True), lambda r: danish.number(r["med"])),
        (Column("Erstattet", right=True), lambda r: danish.number(r["erstattet"])),
        (Column("Afvist", right=True), lambda r: danish.number(r["afvist"])),
        (Column("Rækker", right=True), lambda r: danish.number(r["raekker"])),
        empty="Der er ingen leverancer.",
    )
    return Page(
        "data.html",
        "Datastatus",
        "data.html",
        f"Publicering {edition.release_id}, tal til og med {danish.day(edition.month_end)}.",
        (Section("Leverancer", (table,)),),
    )


def definitions(edition: Edition) -> Page:
    """Every measure of the catalogue."""
    rows = edition.rows(
        """select etiket, definition, enhed, string_agg(tabel, ', ' order by tabel) as tabeller from marts.maal
        group by maal, etiket, definition, enhed order by etiket collate da, tabeller"""
    )
    table = tabulate(
        f"{danish.number(len(rows))} mål",
        rows,
        (Column("Mål", 1.4), lambda r: r["etiket"]),
        (Column("Definition", 4), lambda r: r["definition"]),
        (Column("Enhed", 0.9), lambda r: r["enhed"]),
        (Column("Tabel", 1.6), lambda r: r["tabeller"]),
    )
    marks: tuple[Block, ...] = (
        Paragraph(
            "0 er talt og er nul. – mangler eller er ikke oplyst. »ikke relevant« er meldt fra. »for få« står, hvor"
            " færre end fem kommuner ligger bag, eller én står for over halvdelen."
        ),
        table,
    )
    return Page(
        "definitioner.html",
        "Definitioner",
        "definitioner.html",
        "Det samme i PDF, nyhedsbrev, Excel og Power BI.",
        (Section("Alle mål", marks),),
    )


def accessibility() -> Page:
    """How far the pages are accessible, and what is not known."""
    return Page(
        "tilgaengelighed.html",
        "Tilgængelighed",
        "data.html",
        "Siderne efterprøves automatisk mod WCAG 2.1 AA hver gang platformen ændres.",
        (
            Section(
                "Hvad der er efterprøvet",
                (
                    Paragraph(
                        "Siderne kan læses uden script, med tastatur og i 320 punkters bredde. Figurer har en tekst med"
                        " de samme tal, og status vises altid med ord."
                    ),
                    Paragraph(
                        "En automatisk prøve finder ikke alt. Den, der udgiver siderne, skal selv lave den lovpligtige"
                        " tilgængelighedserklæring."
                    ),
                ),
            ),
        ),
    )


def index_of(pages: list[Page]) -> Page:
    """Every page by name: what the search looks in, and readable by itself."""
    links = tuple((p.path, p.title if len(p.trail) < 2 else f"{p.title}: {p.trail[-1][1]}") for p in pages)
    return Page("soeg.html", "Søg", "soeg.html", f"{danish.number(len(links))} sider.", (), links)
