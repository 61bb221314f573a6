"""SAPA report: which organisation units look up in SAPA, and which have access and do not."""

from typing import Any

from orchestration.report import charts, danish
from orchestration.report.document import (
    Block,
    Chart,
    Column,
    Document,
    Paragraph,
    Section,
    Tile,
    Tiles,
    tabulate,
)
from orchestration.report.edition import Edition

Row = dict[str, Any]


def municipalities(edition: Edition) -> list[Row]:
    """Those that SAPA's deliveries tell of in the month."""
    return edition.rows("select distinct cvr, kommune from kpi.sapa where maaned = $maaned order by kommune collate da")


def build(edition: Edition, cvr: str | None = None) -> Document:
    """The month's report; ``cvr`` for the edition of one municipality, which sees its own units only."""
    units = edition.rows(
        """select * from kpi.sapa where maaned = $maaned and coalesce(cvr = $cvr, true)
        order by kommune collate da, org_enhed collate da, org_enhed_uuid""",
        cvr=cvr,
    )
    name = units[0]["kommune"] if cvr and units else None
    silent = [u for u in units if u["er_stille"]]
    return Document(
        title=f"SAPA-rapport for {name} Kommune" if name else "SAPA-rapport",
        subtitle=f"{danish.month(edition.month).capitalize()}",
        audience=f"{name} Kommune" if name else "KOMBIT",
        headline=_headline(units, silent),
        front=(_tiles(edition, units), *_trend(edition, cvr), *(() if name else (_by_municipality(edition),))),
        sections=(
            Section("Stille organisationsenheder", (_silent(silent, name),)),
            Section("Alle organisationsenheder", (_all(units, name),)),
        ),
        definitions=edition.define(
            "kpi.sapa",
            "sapa_brugere",
            "sapa_opslag",
            "sapa_opslag_12m",
            "opslag_pr_bruger",
            "sapa_stille_enheder",
            "maaneder_stille",
        ),
        release=edition.release_id,
        data_through=danish.day(edition.month_end),
    )


def _headline(units: list[Row], silent: list[Row]) -> str:
    if not units:
        return "Der er ingen oplysninger om adgang til SAPA i måneden."
    if not silent:
        return f"Alle {len(units)} organisationsenheder med adgang til SAPA har slået op i måneden."
    return f"{len(silent)} af {len(units)} organisationsenheder med adgang til SAPA har ikke slået op i måneden."


def _tiles(edition: Edition, units: list[Row]) -> Tiles:
    lookups, users = sum(u["opslag"] for u in units), sum(u["brugere"] or 0 for u in units)
    figures = [
        ("sapa_opslag", lookups),
        ("sapa_brugere", users),
        ("opslag_pr_bruger", lookups / users if users else None),
        ("sapa_stille_enheder", sum(bool(u["er_stille"]) for u in units)),
    ]
    tiles = [
        Tile(m.label, m.text(v), (f"af {len(units)} enheder",) if n == "sapa_stille_enheder" else (), n)
        for n, v in figures
        for m in [edition.measure(n, "kpi.sapa")]
    ]
    return Tiles(tuple(tiles))


def _trend(edition: Edition, cvr: str | None) -> list[Block]:
    rows = edition.rows(
        """select maaned, cast(sum(opslag) as bigint) as opslag from kpi.sapa
        where maaned <= $maaned and coalesce(cvr = $cvr, true) group by maaned order by maaned""",
        cvr=cvr,
    )[-13:]
    if len(rows) < 2:
        return []
    picture = charts.trend({"Opslag": [(r["maaned"], float(r["opslag"])) for r in rows]}, "opslag")
    most = max(rows, key=lambda r: r["opslag"])
    return [
        Chart(
            f"Flest opslag i {danish.month(most['maaned'])}: {danish.number(most['opslag'])}",
            "Opslag i SAPA måned for måned.",
            picture.svg,
            picture.alt,
        )
    ]


def _by_municipality(edition: Edition) -> Block:
    rows = edition.rows(
        """select kommune, count(*) as enheder, count(*) filter (where opslag > 0) as i_brug,
            cast(sum(brugere) as bigint) as brugere, cast(sum(opslag) as bigint) as opslag,
            sum(opslag) / nullif(cast(sum(brugere) as double), 0) as pr_bruger
        from kpi.sapa where maaned = $maaned group by kommune order by kommune collate da"""
    )
    rate = edition.measure("opslag_pr_bruger", "kpi.sapa")
    most = max(rows, key=lambda r: r["pr_bruger"] or 0, default=None)
    return tabulate(
        f"{most['kommune']} slår oftest op pr. bruger" if most else "Ingen kommuner har adgang",
        rows,
        (Column("Kommune", 2), lambda r: r["kommune"]),
        (Column("Enheder", right=True), lambda r: danish.number(r["enheder"])),
        (Column("Heraf i brug", right=True), lambda r: danish.number(r["i_brug"])),
        (Column("Brugere", right=True), lambda r: danish.number(r["brugere"])),
        (Column("Opslag", right=True), lambda r: danish.number(r["opslag"])),
        (Column("Opslag pr. bruger", right=True), lambda r: rate.text(r["pr_bruger"])),
        name="kommuner",
    )


def _silent(silent: list[Row], name: str | None) -> Block:
    if not silent:
        return Paragraph("Ingen enheder er stille: alle med adgang har slået op i måneden.")
    longest = max(silent, key=lambda u: u["maaneder_stille"])
    whose = "" if name else f" i {longest['kommune']}"
    return tabulate(
        f"Længst stille er {longest['org_enhed']}{whose}:"
        f" {danish.count(longest['maaneder_stille'], 'måned', 'måneder')}",
        sorted(silent, key=lambda u: -u["maaneder_stille"]),
        *(() if name else ((Column("Kommune", 1.4), lambda u: u["kommune"]),)),
        (Column("Organisationsenhed", 2.4), lambda u: u["org_enhed"]),
        (Column("Brugere", 0.8, right=True), lambda u: danish.number(u["brugere"])),
        (Column("Måneder uden opslag", 1, right=True), lambda u: danish.number(u["maaneder_stille"])),
        (
            Column("Seneste opslag", 1.2),
            lambda u: danish.month(u["seneste_opslag"]) if u["seneste_opslag"] else "aldrig",
        ),
        name="stille",
    )


def _all(units: list[Row], name: str | None) -> Block:
    return tabulate(
        f"{danish.counted(len(units), 'organisationsenhed', 'organisationsenheder')} har adgang",
        units,
        *(() if name else ((Column("Kommune", 1.4), lambda u: u["kommune"]),)),
        (Column("Organisationsenhed", 2.4), lambda u: u["org_enhed"]),
        (Column("Brugere", 0.8, right=True), lambda u: danish.number(u["brugere"])),
        (Column("Opslag", 0.9, right=True), lambda u: danish.number(u["opslag"])),
        (Column("Opslag på 12 mdr.", 1, right=True), lambda u: danish.number(u["opslag_12m"])),
        (Column("Status", 0.9, mark=True), lambda u: "Stille" if u["er_stille"] else "Aktiv"),
        name="enheder",
        empty="Ingen enheder har adgang efter leverancerne.",
    )
