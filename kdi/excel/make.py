"""Makes the workbooks of the release in force, into ``data/reports/excel/<publication id>/``."""

from collections.abc import Iterator
from pathlib import Path

from kdi.excel.reader import Reader, readers
from kdi.excel.workbook import write_workbook
from kdi.machine import progress
from kdi.publish.agreements import in_force
from kdi.report.edition import Edition
from kdi.report.file_names import file_names
from kdi.report.make import Press


class NothingToShow(Exception):
    """There is no release, or nobody of that name."""


def make_workbooks(press: Press, only: str | None = None) -> Iterator[Path]:
    """Write KOMBIT's workbook and every municipality's, or one of them; yields each as it is written.

    Args:
        only: a municipality's name or CVR number, or KOMBIT.

    Raises:
        NothingToShow: nothing is published, or ``only`` is unknown.
    """
    if not press.release.is_symlink():
        raise NothingToShow("Der er endnu ingen publicering. Kør kdi load.")
    release = press.release.resolve()
    folder = press.folder / "excel" / release.name
    folder.mkdir(parents=True, exist_ok=True)
    with Edition(release) as edition:
        every = readers(edition.connection, in_force(press.lake))
        wanted = [r for r in every if only is None or only in (r.name, r.cvr)]
        if not wanted:
            raise NothingToShow(f"»{only}« er ikke en kommune. Skriv navnet, CVR-nummeret eller KOMBIT.")
        progress.expect(len(wanted))
        for reader in wanted:
            path = folder / file_name(reader)
            write_workbook(path, reader, edition, press.imprint)
            yield path


def file_name(reader: Reader) -> str:
    """``kdi-i-tal-<cvr>-<navn>.xlsx``."""
    name = f"kdi i tal {reader.cvr or ''} {reader.name}"
    return file_names({reader.cvr or reader.name: name})[reader.cvr or reader.name] + ".xlsx"
