"""The potential of all municipalities by area, interface, supplier and system: tables with the same columns."""

from typing import Any

from orchestration.report import charts, danish
from orchestration.report.document import Block, Chart, Column, Table, tabulate
from orchestration.report.edition import Edition
from orchestration.report.municipality import SystemNames

Row = dict[str, Any]
# kpi.potentiale is called p
TOTALS = """
    count(*) as mulige, count(*) filter (where p.status = 'realiseret') as realiseret,
    count(*) filter (where p.status = 'udbredelse') as udbredelse,
    count(*) filter (where p.status = 'tilslutning') as tilslutning,
    count(*) filter (where p.status = 'kan_ikke_maales') as kan_ikke_maales,
    count(distinct p.cvr) as kommuner,
    sum(p.forventede_kald) filter (where p.status <> 'realiseret' and p.er_anonym) as forventede_kald
"""


def realised(row: Row) -> str:
    """The share in use of what can be measured."""
    possible = row["mulige"] - row["kan_ikke_maales"]
    return danish.percent(row["realiseret"] / possible, 1) if possible else danish.MISSING


def _potential_table(title: str, rows: list[Row], what: str, name: str, note: str = "") -> Table:
    """A table of one row per area, interface, supplier or system, with the same columns."""
    return tabulate(
        title,
        rows,
        (Column(what, 2.6), lambda r: r["navn"] or "ikke oplyst"),
        (Column("Kommuner", 0.9, right=True), lambda r: danish.number(r["kommuner"])),
        (Column("Mulige", 0.8, right=True), lambda r: danish.number(r["mulige"])),
        (Column("I brug", 0.8, right=True), lambda r: danish.number(r["realiseret"])),
        (Column("Udbredelse", 1, right=True), lambda r: danish.number(r["udbredelse"])),
        (Column("Tilslutning", 1, right=True), lambda r: danish.number(r["tilslutning"])),
        (Column("Kan ikke måles", 1, right=True), lambda r: danish.number(r["kan_ikke_maales"])),
        (Column("Realiseret", 0.9, right=True), realised),
        name=name,
        note=note,
        empty="Der er ingen mulige anvendelser.",
    )


def _most(rows: list[Row], what: str) -> str:
    """A headline for a table: where most is ready to be rolled out."""
    most = max(rows, key=lambda r: (r["udbredelse"], r["navn"] or ""), default=None)
    if most is None or not most["udbredelse"]:
        return f"Intet er klar til udbredelse {what}"
    return (
        f"{most['navn'] or 'Ikke oplyst'} har mest klar til udbredelse: {danish.number(most['udbredelse'])} anvendelser"
    )


def by_interface(edition: Edition) -> list[Block]:
    """By interface, with a chart of the largest."""
    rows = edition.rows(
        f"""select p.snitflade || case when p.snitflade <> any_value(p.snitflade_navn)
            then ' ' || any_value(p.snitflade_navn) else '' end as navn, p.snitflade, {TOTALS}
        from kpi.potentiale as p where p.maaned = $maaned group by p.snitflade order by mulige desc, p.snitflade"""
    )
    blocks: list[Block] = []
    if rows:
        picture = charts.stacked(
            [
                (r["snitflade"], r["realiseret"], r["udbredelse"], r["tilslutning"], r["kan_ikke_maales"])
                for r in rows[:14]
            ]
        )
        blocks.append(
            Chart(
                _most(rows, "på snitfladerne"),
                "Mulige anvendelser pr. snitflade; de 14 med flest.",
                picture.svg,
                picture.alt,
            )
        )
    return [*blocks, _potential_table("Alle obligatoriske snitflader", rows, "Snitflade", "snitflader")]


def by_supplier(edition: Edition) -> Table:
    """By supplier."""
    rows = edition.rows(
        f"""select l.navn, {TOTALS} from kpi.potentiale as p
        inner join marts.dim_it_system as s on p.it_system = s.navn and p.it_system_uuid is not distinct from s.uuid
        inner join marts.dim_leverandoer as l on s.leverandoer_id = l.leverandoer_id
        where p.maaned = $maaned group by l.navn order by l.navn collate da"""
    )
    return _potential_table(_most(rows, "hos leverandørerne"), rows, "Leverandør", "leverandoerer")


def by_system(edition: Edition) -> Table:
    """By IT system."""
    names = SystemNames(edition)
    rows = edition.rows(
        f"""select p.it_system, p.it_system_uuid, {TOTALS} from kpi.potentiale as p
        where p.maaned = $maaned group by p.it_system, p.it_system_uuid
        order by p.it_system collate da, p.it_system_uuid"""
    )
    named = [r | {"navn": names(r)} for r in rows]
    return _potential_table(_most(named, "i systemerne"), named, "System", "systemer")
