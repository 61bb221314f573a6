"""Power BI as it is chosen: every measure of a KPI mart in the month, of the country and of each municipality."""

from collections.abc import Iterator

from bi.grid import CUTS, KOMMUNE, measures_of, moment

from kdi.report.edition import Edition
from powerbi.catalogue import read_catalogue
from powerbi.semantic import build

from ..conftest import Published
from ..workbook_and_model import as_shown, power_bi
from .pieces import Place, Table


def figures(published: Published, towns: tuple[str, ...]) -> Iterator[tuple[Table, tuple[str, ...]]]:
    """A row of measures by their names, each table of its own, and what the catalogue's formulas give by SQL."""
    edition, shown = published.edition, power_bi(published.release)
    for table, (period, cuts) in CUTS.items():
        measures = measures_of(build(read_catalogue()), table)
        when = _when(edition, period[1]) if period else None
        for cut in ((), (KOMMUNE,)):
            if cut not in cuts or (period and when is None):
                continue
            for town in towns if cut else ("",):
                # calls per inhabitant are not the formula's across data areas
                chosen = [m for m in measures if not (town and m.name == "Kald pr. indbygger")]
                selection = ({period[0]: moment(when)} if period else {}) | (
                    {KOMMUNE[0]: published.cvr(town)} if town else {}
                )
                where = " and ".join(
                    [f"{period[1]} = date '{when}'" if period else "true"]
                    + ([f"cvr = '{published.cvr(town)}'"] if town else [])
                )
                formulas = ", ".join(m.catalogue.formula for m in chosen if m.catalogue)
                truth = edition.connection.execute(f"select {formulas} from {table} where {where}").fetchone() or ()
                found = [shown.value(m.name, selection) for m in chosen]
                # where there is no row the model is blank, and a formula that counts gives 0
                truth = [None if v is None and t == 0 else t for v, t in zip(found, truth, strict=True)]
                forms = [shown.format(m.name) or "0" for m in chosen]
                place = Place("Power BI", table, {"kommune": town} if town else {})
                read = tuple(as_shown(v, f) for v, f in zip(found, forms, strict=True))
                yield (
                    Table(place, table, tuple(m.name for m in chosen), (read,)),
                    tuple(as_shown(v, f) for v, f in zip(truth, forms, strict=True)),
                )


def _when(edition: Edition, column: str) -> object:
    return {"maaned": edition.month, "statusdato": edition.status_date, "udtraeksdato": edition.extract}[column]
