"""The key figures of a workbook: measures of the catalogue over the reader's own rows, in the month shown."""

from dataclasses import dataclass

from kdi.excel.reader import Reader
from kdi.report.edition import Edition, Measure


@dataclass(frozen=True)
class Figure:
    """A headline figure: a measure of the catalogue, its table, and which of its rows are of the month shown."""

    measure: str
    table: str
    period: str = "maaned = $maaned"

    def of_catalogue(self, edition: Edition) -> Measure:
        """Its label, definition and format."""
        return edition.measure(self.measure, self.table)

    def value(self, reader: Reader, edition: Edition) -> float | None:
        """The figure over the municipality's own rows (KOMBIT: all), never over those shared with it."""
        if self.measure == "kald_pr_indbygger":
            return _per_inhabitant(reader, edition)
        if reader.cvr is None:
            return edition.value(self.measure, self.table, self.period)
        return edition.value(self.measure, self.table, f"{self.period} and cvr = $cvr", cvr=reader.cvr)


def _per_inhabitant(reader: Reader, edition: Edition) -> float | None:
    """Of all data areas together, so from where the marts have added them up."""
    if reader.cvr is None:
        row = edition.row("select kald_pr_borger as tal from kpi.kald_pr_borger_danmark where maaned = $maaned")
    else:
        row = edition.row(
            """select vaerdi as tal from kpi.placering
            where maaned = $maaned and maal = 'kald_pr_indbygger' and cvr = $cvr""",
            cvr=reader.cvr,
        )
    found: float | None = row.get("tal")
    return found


FIGURES = (
    Figure("kald", "kpi.kald_pr_indbygger"),
    Figure("kald_pr_indbygger", "kpi.kald_pr_indbygger"),
    Figure("kald_12m", "kpi.kald_pr_indbygger"),
    Figure("mulige", "kpi.potentiale_kommune"),
    Figure("realiseringsgrad", "kpi.potentiale_kommune"),
    Figure("udbredelsespotentiale", "kpi.potentiale_kommune"),
    Figure("tilslutningspotentiale", "kpi.potentiale_kommune"),
    Figure("tilslutningsgrad", "kpi.tilslutning_kommune", "statusdato = $statusdato"),
    Figure("udbredelse_huller", "kpi.udbredelse_huller"),
    Figure("daekningsgrad", "kpi.kle_daekning", "udtraeksdato = $udtraek"),
    Figure("sapa_opslag", "kpi.sapa"),
)
