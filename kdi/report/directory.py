"""Which page of the web edition tells of a system, an interface or a KLE group that a table names."""

from functools import cached_property

from kdi.report import tilslutning
from kdi.report.edition import Edition
from kdi.report.file_names import file_names
from kdi.report.potentiale_parts import interface

Row = dict[str, str]


class Directory:
    """Addresses of pages, by what a reader sees in the columns of tables."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition

    @cached_property
    def systems(self) -> dict[str, str]:
        """Address by the name that is shown: names that are shared are shown with what tells them apart."""
        found = tilslutning.systems(self._edition)
        files = tilslutning.file_names_of(found)
        return {s.shown: f"system/{files[s.identity]}.html" for s in found}

    @cached_property
    def interface_rows(self) -> list[Row]:
        """Interfaces that are demanded or called: those with a page of their own."""
        return self._edition.rows(
            """select snitflade, navn as snitflade_navn from marts.dim_snitflade
            where snitflade_id <> 0 and (
                snitflade in (select snitflade from kpi.potentiale where maaned = $maaned)
                or snitflade in (select snitflade from kpi.service_konsekvens where maaned = $maaned)
            ) order by snitflade not like 'SF%', snitflade"""
        )

    @cached_property
    def interface_pages(self) -> dict[str, str]:
        """Address by code."""
        codes = [r["snitflade"] for r in self.interface_rows]
        return {code: f"snitflade/{name}.html" for code, name in file_names({c: c for c in codes}).items()}

    @cached_property
    def group_rows(self) -> list[Row]:
        """KLE main groups with common subjects in the extract in force."""
        return self._edition.rows(
            "select * from kpi.kle_daekning_sum where udtraeksdato = $udtraek order by hovedgruppe"
        )

    @cached_property
    def group_pages(self) -> dict[str, str]:
        """Address by number."""
        numbers = [r["hovedgruppe"] for r in self.group_rows]
        return {n: f"kle/{name}.html" for n, name in file_names({n: n for n in numbers}).items()}

    @cached_property
    def _by_column(self) -> dict[str, dict[str, str]]:
        codes = self.interface_pages
        named = {interface(r): codes[r["snitflade"]] for r in self.interface_rows}
        groups = {group_title(r): self.group_pages[r["hovedgruppe"]] for r in self.group_rows}
        return {"System": self.systems, "Snitflade": codes | named, "Hovedgruppe": groups}

    def address(self, column: str, cell: str) -> str:
        """The page that a cell leads to; empty when it leads nowhere."""
        return self._by_column.get(column, {}).get(cell, "")


def group_title(row: Row) -> str:
    """Number and title of a KLE main group."""
    return f"{row['hovedgruppe']} {row['hovedgruppe_titel'] or ''}".strip()
