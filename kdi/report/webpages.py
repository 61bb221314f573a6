"""What all web pages are made of, and those about the pages themselves: data status, definitions, accessibility."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kdi.notation import danish
from kdi.report import sources
from kdi.report.document import Column, Definition, Paragraph, tabulate
from kdi.report.edition import Edition
from kdi.report.file_names import file_names
from kdi.report.imprint import Imprint
from kdi.report.web_blocks import Part

_MENU = (
    ("systemer.html", "Systemer"),
    ("snitflader.html", "Snitflader"),
    ("kle.html", "KLE"),
    ("sapa.html", "SAPA"),
    ("data.html", "Datastatus"),
    ("definitioner.html", "Definitioner"),
    ("soeg.html", "Søg"),
)
# the general analysis of the newest whole quarter, which lies beside the pages
K98 = "potentialeanalyse-k98.pdf"
# a municipality begins with its own page, the public with the country's
MENU = (("index.html", "Kommunen"), ("landet.html", "Hele landet"), *_MENU)
MENU_PUBLIC = (("index.html", "Overblik"), *_MENU)


@dataclass(frozen=True)
class Page:
    """One page. ``tab`` is the menu item it belongs to; with a ``kicker`` above it, the lead is the page's heading.

    ``municipalities`` are the addresses of those that the edition has pages of, by name.
    """

    path: str
    title: str
    tab: str
    lead: str
    sections: tuple[Part, ...]
    links: tuple[tuple[str, str], ...] = ()
    definitions: tuple[Definition, ...] = ()
    notes: tuple[str, ...] = field(default=())
    trail: tuple[tuple[str, str], ...] = ()
    kicker: str = ""
    municipalities: Mapping[str, str] = field(default_factory=dict)


def edition_name(edition: Edition, cvr: str | None) -> str:
    """Whom an edition is for, as its own pages say it."""
    if cvr is None:
        return "Offentlig udgave"
    return official_name(next(m for m in edition.municipalities if m["cvr"] == cvr))


def official_name(municipality: dict[str, str]) -> str:
    """What a municipality calls itself: ``Københavns Kommune``."""
    return municipality.get("officielt_navn") or f"{municipality['navn']} Kommune"


def municipality_folders(names: dict[str, str]) -> dict[str, str]:
    """Where the pages of each municipality lie, by CVR number."""
    found = file_names({cvr: f"{name} Kommune" for cvr, name in names.items()})
    return {cvr: f"kommune/{name}" for cvr, name in found.items()}


def data_status(edition: Edition) -> Page:
    """What has come, what is late, and what comes next."""
    known = sources.of(edition)
    day = edition.row("select statusdato from marts.leverance_status limit 1").get("statusdato")
    wrong = [said for source in known for said in source.sentences(edition.month)]
    table = tabulate(
        "Kilde for kilde",
        [{"kilde": s} for s in known],
        (Column("Kilde", 1.6), lambda r: r["kilde"].name),
        (Column("Status", 1.2, mark=True), lambda r: "til tiden" if r["kilde"].is_in_order else "mangler"),
        (Column("Leveret til og med", 1.2), lambda r: _day(r["kilde"].newest)),
        (Column("Næste senest", 1.2), lambda r: _day(r["kilde"].next_due)),
        empty="Der er ingen leverancer.",
    )
    said = (Paragraph(f"Opgjort {danish.day(day)}."),) if day else ()
    return Page(
        "data.html",
        "Datastatus",
        "data.html",
        sources.headline(known, edition.month),
        (
            Part("", (*said, *(Paragraph(text) for text in (wrong if len(wrong) > 1 else ())))),
            Part("Kilderne", (table,)),
        ),
    )


def _day(value: object) -> str:
    return danish.day(value) if value else danish.MISSING  # type: ignore[arg-type]


def definitions(edition: Edition) -> Page:
    """Every measure of the catalogue."""
    rows = edition.rows(
        "select distinct maal, etiket, definition, enhed from marts.maal order by etiket collate da, definition"
    )
    table = tabulate(
        f"{danish.number(len(rows))} mål",
        rows,
        (Column("Mål", 1.4), lambda r: r["etiket"]),
        (Column("Definition", 4), lambda r: r["definition"]),
        (Column("Enhed", 0.9), lambda r: r["enhed"]),
    )
    marks = Paragraph(f"{danish.MARKS} »{danish.NOT_RELEVANT.lower()}« er meldt fra.")
    return Page(
        "definitioner.html",
        "Definitioner",
        "definitioner.html",
        "Det samme i PDF, nyhedsbrev, Excel og Power BI.",
        (Part("Tegn", (marks,)), Part("Alle mål", (table,))),
    )


def accessibility(edition: Edition, imprint: Imprint) -> Page:
    """What has been tried, what has not, whom to tell, and where to complain."""
    contact = f"Skriv til {imprint.contact}" if imprint.contact else f"Sig det til {imprint.sender}"
    statement = (
        f"{danish.genitive(imprint.sender)} tilgængelighedserklæring står på {imprint.accessibility}."
        if imprint.accessibility
        else "Websteder fra offentlige organer er omfattet af lov nr. 692 af 8. juni 2018 om tilgængelighed."
    )
    return Page(
        "tilgaengelighed.html",
        "Tilgængelighed",
        "tilgaengelighed.html",
        "Siderne er lavet efter WCAG 2.1, niveau AA.",
        (
            Part(
                "Sådan er siderne lavet",
                (
                    Paragraph(
                        "Siderne kan læses uden script, med tastatur, med skærmlæser og på en skærm af 320 pixel."
                        " Figurer har en tekst med de samme tal, og status vises med ord, aldrig med farve alene."
                    ),
                    Paragraph(
                        "Siderne er prøvet automatisk mod WCAG 2.1 A og AA. En automatisk prøve finder ikke alle"
                        " mangler, og siderne er ikke gennemgået af mennesker, der bruger hjælpemidler."
                    ),
                    Paragraph(statement),
                ),
            ),
            Part(
                "Fandt du noget, der ikke virker?",
                (
                    Paragraph(
                        f"{contact}, og skriv, hvilken side det er. Så retter vi det eller sender dig indholdet."
                    ),
                    Paragraph(
                        "Får du ikke svar, kan du klage til Digitaliseringsstyrelsen, som fører tilsyn med loven:"
                        " digst.dk."
                    ),
                ),
            ),
        ),
    )


def index_of(pages: list[Page]) -> Page:
    """Every page by name: what the search looks in, and readable by itself."""
    links = tuple((p.path, p.title if len(p.trail) < 2 else f"{p.title}: {p.trail[-1][1]}") for p in pages)
    return Page("soeg.html", "Søg", "soeg.html", f"{danish.number(len(links))} sider.", (), links)
