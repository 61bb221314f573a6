"""What is not there, and what is nearly there: told in a sentence, never taken for a quiet day."""

from pathlib import Path

import pytest
from kdi_command import invoke
from samples.deliveries import System, call, day
from samples.installation import Installation

from expectations.profiles import profiles
from kdi.ingest import misnamed
from kdi.ingest.spans import NotASpan, days_of, span_of
from kdi.settings import get_settings

FIRST_DAY = get_settings().first_day


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path, tmp_path / "dagster")


@pytest.mark.parametrize("command", ["load", "status"])
def test_an_inbox_that_is_not_there_is_a_fault(installation: Installation, command: str) -> None:
    (line,) = installation.kdi(command, status=1).stderr.splitlines()
    assert line.startswith(f"FEJL Indbakken {installation.inbox} findes ikke. Er drevet monteret")


@pytest.mark.parametrize("command", ["load", "status"])
def test_an_inbox_without_any_sources_folder_is_a_fault(installation: Installation, command: str) -> None:
    (installation.inbox / "noget-andet").mkdir(parents=True)
    (line,) = installation.kdi(command, status=1).stderr.splitlines()
    assert "har ingen mappe for nogen kilde" in line


def test_a_new_installation_is_prepared_and_then_quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KDI_HOME", str(tmp_path / "hjem med æøå"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    monkeypatch.delenv("KDI_INBOX", raising=False)
    get_settings.cache_clear()
    assert "kdi prepare" in invoke("load", status=1).stderr
    invoke("prepare")
    assert {p.name for p in (tmp_path / "hjem med æøå" / "inbox").iterdir()} == {*profiles(), "reference"}
    told = invoke("load").stdout
    assert "er en ny installation uden tidligere leverancer" in told
    assert "intet er udgivet" in told
    assert "Der er endnu ingen publicering." in invoke("status").stdout


def test_a_misspelt_folder_and_files_that_are_no_deliveries_are_told_by_load_and_status(
    installation: Installation,
) -> None:
    sound = day("2022-01-10", call("2022-01-10T08:00:00+01:00", "Fredericia", System("KSD"), 7))
    for name in ("Støttesystemerne/stoettesystemerne_2022-01-11.csv", "sapa_2022-01.csv", "kle/~$kle_2022-03-31.xlsx",
                 "kle/kle-2022-03-31.xlsx", "reference/Kommuner.csv"):  # fmt: skip
        (installation.inbox / name).parent.mkdir(parents=True, exist_ok=True)
        (installation.inbox / name).write_bytes(sound.content)
    for command in ("load", "status"):
        told = installation.kdi(command).stdout
        assert (
            "Mappen Støttesystemerne i indbakken er ingen kildes og læses ikke. Skal den hedde stoettesystemerne?"
            in told
        )
        assert "sapa_2022-01.csv ligger i selve indbakken og læses ikke. Læg den i mappen sapa." in told
        assert "kle/kle-2022-03-31.xlsx læses ikke" in told and "Skal den hedde kle_2022-03-31.xlsx?" in told
        assert "~$" not in told


@pytest.mark.parametrize(
    ("source", "name", "told"),
    [
        ("kle", "kle_2022-3-31.xlsx", "Skal den hedde kle_2022-03-31.xlsx?"),
        ("kle", "kle-2022-03-31.xlsx", "Skal den hedde kle_2022-03-31.xlsx?"),
        ("kle", "KLE 2022-03-31.xlsx", "Skal den hedde kle_2022-03-31.xlsx?"),
        ("kle", "kle_31.03.2022.xlsx", "Skal den hedde kle_2022-03-31.xlsx?"),
        ("kle", "kle_20220331.xlsx", "Skal den hedde kle_2022-03-31.xlsx?"),
        ("kle", "kle_2022-03-31 (1).xlsx", "Skal den hedde kle_2022-03-31.xlsx?"),
        ("kle", "kle_2022-03-31.xls", "Gem den som .xlsx. Skal den hedde kle_2022-03-31.xlsx?"),
        ("kle", "kle_2022-03-31.csv.zip", "Pak den ud. Skal den hedde kle_2022-03-31.csv?"),
        ("kle", "kle.xlsx", "Skriv perioden i navnet, fx kle_2022-04-30.xlsx."),
        ("kle", "kle_2022-02-30.xlsx", "2022-02-30 er ikke en dato i kalenderen."),
        ("kle", "kle_2012-03-31.xlsx", "perioden ligger før KDI_FIRST_DAY (01-01-2019)."),
        ("kle", "kle_2199-03-31.xlsx", "perioden er ikke begyndt endnu."),
        ("kle", "sapa_2022-04.csv", "Læg den i mappen sapa."),
        ("sapa", "sapa_2022-04-01.csv", "Skal den hedde sapa_2022-04.csv?"),
        ("serviceplatformen", "serviceplatform_2022-04.csv", "Skal den hedde serviceplatformen_2022-04.csv?"),
        ("stoettesystemerne", "støttesystemerne_2022-04-01.csv", "Skal den hedde stoettesystemerne_2022-04-01.csv?"),
        ("stoettesystemerne", "stoettesystemerne_2022-04.csv", "Skriv perioden i navnet"),
    ],
)  # fmt: skip
def test_a_name_that_is_nearly_right_is_told_with_the_right_one(source: str, name: str, told: str) -> None:
    line = misnamed.file(name, profiles()[source], FIRST_DAY)
    assert line.startswith(f"{source}/{name} læses ikke")
    assert told in line


@pytest.mark.parametrize(
    ("first", "last", "period", "inside"),
    [
        ("2022-01-01", "2022-03-31", "2022-01", True),
        ("2022-01-01", "2022-03-31", "2022-03", True),
        ("2022-01-01", "2022-03-31", "2022-04", False),
        ("2022-01-01", "2022-03-31", "2021-12-31", False),
        ("2022-01", "2022-03", "2022-03-31", True),
        ("2022K1", "2022K1", "2022-03-31", True),
        ("2022K1", "2022K1", "2022-04-01", False),
        ("2022", None, "2021-12", False),
        (None, "2022-01-15", "2022-01", True),
        (None, None, "2019-01-01", True),
    ],
)  # fmt: skip
def test_spans_are_days_whatever_their_form(first: str | None, last: str | None, period: str, inside: bool) -> None:
    assert span_of(first, last).meets(period) is inside


@pytest.mark.parametrize("text", ["i-morgen", "2022-13", "2022-02-30", "2022-1-1", "2022K5", "01-02-2022", ""])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(NotASpan, match="Skriv"):
        days_of(text)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("load", "--source", "stoettesystem"), "Mente du stoettesystemerne?"),
        (("load", "--source", "xyz"), "Kilderne er kitos, kle,"),
        (("load", "--from", "i-morgen"), "»i-morgen« er ikke en periode"),
        (("load", "--from", "2022-03", "--to", "2022-01"), "ligger før --from"),
        (("delivery", "list", "--source", "Kle"), "Mente du kle?"),
        (("delivery", "list", "--period", "marts"), "er ikke en periode"),
        (("check", "findes-ikke.csv"), "der er ingen fil af det navn"),
    ],
)
def test_what_does_not_exist_is_a_mistake_of_whoever_typed_it(arguments: tuple[str, ...], told: str) -> None:
    (line,) = invoke(*arguments, status=2).stderr.splitlines()
    assert line.startswith("FEJL ") and told in line
