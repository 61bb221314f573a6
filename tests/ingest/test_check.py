"""``kdi check``: the judgement of the intake, of any file, and nothing is stored."""

from pathlib import Path

import pytest
from kdi_command import invoke
from samples.deliveries import Delivery, System, call, calls_in_month, cases, day, extract, month

from kdi.settings import PROJECT_ROOT, get_settings

JOB = System("Jobcentersystemet")
SOUND = day("2022-01-10", call("2022-01-10T08:00:00+01:00", "Fredericia", JOB, 7))
NEGATIVE = day("2022-01-11", {**call("2022-01-11T08:00:00+01:00", "Fredericia", JOB, 7), "antal_kald": "-3"})
SEVERAL = [
    SOUND,
    month("2022-01", calls_in_month("2022-01", "Fredericia", JOB, "SagIndeks", 7)),
    extract("2022-03-31", cases("Fredericia", JOB, "00.01.00", 9)),
]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KDI_HOME", str(tmp_path / "hjem"))
    get_settings.cache_clear()
    return tmp_path / "hjem"


def written(folder: Path, delivery: Delivery, name: str = "") -> str:
    path = folder / (name or delivery.name)
    path.write_bytes(delivery.content)
    return str(path)


def test_sound_files_of_several_sources_and_a_reference_file(tmp_path: Path, home: Path) -> None:
    files = [written(tmp_path, each) for each in SEVERAL]
    lines = invoke("check", *files, str(PROJECT_ROOT / "reference" / "kommuner.csv")).stdout.splitlines()
    assert lines[0] == f"stoettesystemerne/{SOUND.name}: i orden, 1 rækker for 2022-01-10."
    assert [line.split("/")[0] for line in lines] == ["stoettesystemerne", "serviceplatformen", "kle", "reference"]
    assert not home.exists(), "nothing is stored"


def test_a_faulty_file_is_refused_with_row_and_remedy(tmp_path: Path) -> None:
    told = invoke("check", written(tmp_path, SOUND), written(tmp_path, NEGATIVE), status=1)
    assert f"{SOUND.name}: i orden" in told.stdout
    assert f"FEJL stoettesystemerne/{NEGATIVE.name}: vil blive afvist." in told.stderr
    assert "række 2, kolonne antal_kald: [negativt_tal] Antallet er negativt. Ret antallet." in told.stderr


def test_a_file_whose_name_says_nothing_needs_its_source(tmp_path: Path) -> None:
    file = written(tmp_path, SOUND, "udtræk fra leverandøren.csv")
    assert "Skriv --source" in invoke("check", file, status=2).stderr
    told = invoke("check", "--source", "stoettesystemerne", file).stdout
    assert "i orden, 1 rækker for 2022-01-10." in told
    assert "navnet skal være stoettesystemerne_ÅÅÅÅ-MM-DD.csv" in told


def test_a_name_that_load_would_pass_over_is_a_fault(tmp_path: Path) -> None:
    told = invoke("check", written(tmp_path, SOUND, "stoettesystemerne-2022-01-10.csv"), status=1)
    assert "Skal den hedde stoettesystemerne_2022-01-10.csv?" in told.stderr


def test_a_reference_file_is_judged_too(tmp_path: Path) -> None:
    path = tmp_path / "aftaler.csv"
    path.write_text("cvr;fra\n1;2\n", encoding="utf-8")
    assert "FEJL reference/aftaler.csv: afvist." in invoke("check", str(path), status=1).stderr
