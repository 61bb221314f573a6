"""Makes the workbooks of the release in force, into ``data/reports/excel/<publication id>/``."""

from collections.abc import Iterator
from pathlib import Path

from kdi.excel.reader import Reader, readers
from kdi.excel.workbook import write_workbook
from kdi.machine import progress
from kdi.publish.agreements import in_force
from kdi.publish.release import Releases
from kdi.report import imprint
from kdi.report.edition import Edition
from kdi.report.file_names import file_names
from kdi.settings import Settings


class NothingToShow(Exception):
    """There is no release, or nobody of that name."""


def make_workbooks(settings: Settings, only: str | None = None) -> Iterator[Path]:
    """Write KOMBIT's workbook and every municipality's, or one of them; yields each as it is written.

    Args:
        settings: the installation.
        only: a municipality's name or CVR number, or KOMBIT.

    Raises:
        NothingToShow: nothing is published, or ``only`` is unknown.
    """
    release = Releases(settings).current()
    if release is None:
        raise NothingToShow("Der er endnu ingen publicering. Kør kdi load.")
    folder = settings.root / "reports" / "excel" / release.publicering_id
    folder.mkdir(parents=True, exist_ok=True)
    with Edition(Releases(settings).folder / release.publicering_id) as edition:
        wanted = [r for r in readers(edition.connection, in_force(settings)) if only is None or only in (r.name, r.cvr)]
        if not wanted:
            raise NothingToShow(f"»{only}« er ikke en kommune. Skriv navnet, CVR-nummeret eller KOMBIT.")
        progress.expect(len(wanted))
        for reader in wanted:
            path = folder / file_name(reader)
            write_workbook(path, reader, edition, imprint.of(settings))
            yield path


def file_name(reader: Reader) -> str:
    """``kdi-i-tal-<cvr>-<navn>.xlsx``."""
    name = f"kdi i tal {reader.cvr or ''} {reader.name}"
    return file_names({reader.cvr or reader.name: name})[reader.cvr or reader.name] + ".xlsx"
