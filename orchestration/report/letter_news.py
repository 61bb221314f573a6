"""The newsletter's three news: what is in use, what spread last, and where most can follow. Nobody is named."""

from collections.abc import Iterator
from dataclasses import dataclass

from orchestration.report import country, danish, tilslutning
from orchestration.report.edition import SMALLEST_GROUP, Edition
from orchestration.report.file_names import file_names
from orchestration.report.potentiale_parts import interface


@dataclass(frozen=True)
class News:
    """A sentence of at most twenty words, and the page of the web edition that has more."""

    text: str
    page: str


def of_month(edition: Edition) -> Iterator[News]:
    """Up to three; one whose numbers would show a few municipalities is left out."""
    for news in (
        News(country.share_in_use(edition), "potentiale.html"),
        _spread(edition) or _declared(edition),
        _to_follow(edition),
    ):
        if news:
            yield news


def _spread(edition: Edition) -> News | None:
    """The interface that most municipalities have begun to use since three months before."""
    if edition.before is None:
        return None
    row = edition.row(
        """with brugere as (
            select maaned, snitflade, any_value(snitflade_navn) as snitflade_navn, count(distinct cvr) as kommuner
            from kpi.potentiale where status = 'realiseret' and maaned in ($maaned, $foer) group by maaned, snitflade
        )
        select nu.snitflade, nu.snitflade_navn, nu.kommuner, nu.kommuner - coalesce(foer.kommuner, 0) as flere
        from brugere as nu left join brugere as foer on nu.snitflade = foer.snitflade and foer.maaned = $foer
        where nu.maaned = $maaned and nu.kommuner - coalesce(foer.kommuner, 0) >= $mindst
        order by flere desc, nu.kommuner desc, nu.snitflade limit 1""",
        mindst=SMALLEST_GROUP,
    )
    if not row:
        return None
    return News(
        f"{interface(row)} er i brug i {danish.number(row['kommuner'])} kommuner, {danish.number(row['flere'])} flere"
        f" end i {danish.month_name(edition.before)}.",
        f"snitflade/{file_names({row['snitflade']: row['snitflade']})[row['snitflade']]}.html",
    )


def _declared(edition: Edition) -> News | None:
    """The declarations that the status sheet in force brought."""
    new = edition.row(
        """select count(*) as antal, count(distinct coalesce(it_system_uuid, it_system)) as systemer
        from kpi.klarmelding_haendelser where statusdato = $statusdato and til = 'Klarmeldt'"""
    )
    if edition.status_date is None or not new["antal"]:
        return None
    return News(
        f"{danish.counted(new['antal'], 'snitflade', 'snitflader')} i"
        f" {danish.count(new['systemer'], 'system', 'systemer')} blev klarmeldt med status"
        f" {danish.day(edition.status_date)}.",
        "systemer.html",
    )


def _to_follow(edition: Edition) -> News | None:
    """The use that most municipalities lack among those that others with the same system have."""
    row = edition.row(
        """select it_system, it_system_uuid, snitflade, any_value(snitflade_navn) as snitflade_navn,
            count(*) as alle, count(*) filter (where status = 'realiseret') as bruger
        from kpi.potentiale where maaned = $maaned group by it_system, it_system_uuid, snitflade
        having bruger >= $mindst and alle - bruger >= $mindst
        order by alle - bruger desc, bruger desc, it_system, it_system_uuid, snitflade limit 1""",
        mindst=SMALLEST_GROUP,
    )
    if not row:
        return None
    systems = tilslutning.systems(edition)
    found = next((s for s in systems if (s.uuid, s.name) == (row["it_system_uuid"], row["it_system"])), None)
    name = found.shown if found else row["it_system"]
    page = f"system/{tilslutning.file_names_of(systems)[found.identity]}.html" if found else "systemer.html"
    missing = row["alle"] - row["bruger"]
    return News(
        f"{danish.counted(row['bruger'], 'kommune', 'kommuner')} bruger {interface(row)} i {name};"
        f" {danish.number(missing)} med samme system mangler.",
        page,
    )
