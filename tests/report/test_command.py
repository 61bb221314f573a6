"""``kdi report``: what an operator types, and what is said when it cannot be done."""

from pathlib import Path

import pytest
from kdi_command import invoke
from typer.testing import Result

from kdi.settings import get_settings

from .conftest import Published
from .reading import Pdf, squash


@pytest.fixture
def home(published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    published.settings(tmp_path)
    monkeypatch.setenv("KDI_HOME", str(tmp_path))
    get_settings.cache_clear()
    return tmp_path


def report(*arguments: str, status: int = 0) -> Result:
    return invoke("report", *arguments, status=status)


def test_one_municipality(home: Path) -> None:
    result = report("potentiale", "--kommune", "ringkøbing-skjern", "--kvartal", "2022K4")
    path = home / "reports" / "2022K4" / "potentialeanalyse" / "ringkoebing-skjern.pdf"
    assert str(path) in result.output
    assert squash("Ringkøbing-Skjern Kommune") in Pdf(path.read_bytes()).pages[0]


def test_one_system_and_the_monthly_ones(home: Path) -> None:
    report("tilslutning", "--system", "Jobcentersystemet")
    report("sapa", "--kommune", "Aalborg", "--maaned", "2022-12")
    report("nyhedsbrev", "--maaned", "2022-12")
    written = {str(p.relative_to(home / "reports")) for p in (home / "reports").rglob("*.*") if p.is_file()}
    assert written == {
        "2022K4/tilslutning/jobcentersystemet.pdf", "2022K4/tilslutning/kombit/jobcentersystemet.pdf",
        "2022-12/sapa/aalborg.pdf", "2022-12/nyhedsbrev.eml", "2022-12/nyhedsbrev.html", "2022-12/nyhedsbrev.txt",
        "fokus/2022-12.md",
    }  # fmt: skip


def test_one_report_that_fails_stops_no_other_and_is_named(home: Path) -> None:
    """Something else has the name of a report's file: the disk refuses that one alone."""
    folder = home / "reports" / "2022K4" / "tilslutning"
    (folder / "jobcentersystemet.pdf" / "noget").mkdir(parents=True)
    result = report("tilslutning", status=1)
    (line,) = result.stderr.splitlines()
    assert line.startswith(
        "FEJL Tilslutningsrapport, Jobcentersystemet, til leverandøren: kunne ikke laves. IsADirectoryError"
    )
    made = [path for path in folder.rglob("*.pdf") if path.is_file()]
    assert f"Tilslutningsrapport: {len(made)} i {folder}" in result.stdout
    assert len(made) > 20


def test_the_same_report_twice_is_the_same_file(home: Path) -> None:
    path = home / "reports" / "2022K4" / "potentialeanalyse-k98.pdf"
    contents = []
    for _ in range(2):
        report("k98")
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (("potentiale", "--kommune", "Korsbæk"), "Der er ingen kommune, der hedder »Korsbæk«"),
        (("tilslutning", "--system", "Ukendt system"), "Skriv navn eller UUID"),
        (("kditl", "--maaned", "2019-01"), "Publiceringen har ingen kald i januar 2019; den har januar 2022 til"),
    ],
)
def test_what_cannot_be_made_is_said_with_its_remedy(home: Path, arguments: tuple[str, ...], remedy: str) -> None:
    result = report(*arguments, status=1)
    assert remedy in result.output


@pytest.mark.parametrize("arguments", [("k98", "--kvartal", "2022-4"), ("web", "--maaned", "december")])
def test_a_period_that_is_none(home: Path, arguments: tuple[str, ...]) -> None:
    report(*arguments, status=2)


def test_before_the_first_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KDI_HOME", str(tmp_path))
    get_settings.cache_clear()
    result = report("k98", status=1)
    assert "Kør kdi load først" in result.output
