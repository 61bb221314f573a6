"""A ninth source, from files alone: a profile, a model with its description, and who may see it. No line of Python."""

import csv
from pathlib import Path

import pytest
from samples.deliveries import cvr_of
from samples.installation import Installation

from .project import Project

FILES = Path(__file__).with_name("new_source")
PLACES = {
    "digitalpost.yml": "expectations/profiles",
    "fct_digitalpost.sql": "dbt_project/models/marts",
    "_digitalpost.yml": "dbt_project/models/marts",
}
ACCESS = """
  marts.fct_digitalpost:
    adgang: egne
    myndighed: myndighed_id
    noegle: [maaned, myndighed_id]
    grund: "En myndigheds breve måned for måned."
    tal:
      egne: [antal_breve]
"""
PURPOSE = ["marts.fct_digitalpost", "At vise myndighedernes brug af Digital Post.", "Aftale om opgørelsen.", "", ""]


@pytest.mark.long
def test_files_are_enough_to_see_a_new_source_through_to_a_published_table(tmp_path: Path) -> None:
    project = Project.copy(tmp_path / "kode")
    for name, folder in PLACES.items():
        (project.folder / folder / name).write_bytes((FILES / name).read_bytes())
    with (project.folder / "kdi/publish/adgang.yml").open("a", encoding="utf-8") as access:
        access.write(ACCESS)
    with (project.folder / "reference/formaal.csv").open("a", encoding="utf-8", newline="") as purposes:
        csv.writer(purposes, delimiter=";").writerow(PURPOSE)

    installation = Installation(tmp_path / "hjem", tmp_path / "dagster")
    inbox = installation.inbox / "digitalpost"
    inbox.mkdir(parents=True)
    header = "CVR;Måned;Breve"
    for month, letters in (("2022-04", 120), ("2022-05", 130)):
        text = f"{header}\n{cvr_of('Aalborg')};{month};{letters}\n{cvr_of('Odense')};{month};7\n"
        (inbox / f"digitalpost_{month}.csv").write_text(text, encoding="utf-8")
    (inbox / "digitalpost_2022-03.csv").write_text(f"{header}\n123;2022-03;1\n", encoding="utf-8")  # no CVR number

    run = project.run(installation, "load")
    assert run.returncode == 1
    assert "digitalpost_2022-03.csv" in run.stderr
    assert "ugyldigt_cvr" in run.stderr
    letters_sent = "select strftime(maaned, '%Y-%m'), myndighed_id, antal_breve from marts.fct_digitalpost"
    assert installation.query(letters_sent) == [
        ("2022-04", int(cvr_of("Aalborg")), 120),
        ("2022-04", int(cvr_of("Odense")), 7),
        ("2022-05", int(cvr_of("Aalborg")), 130),
        ("2022-05", int(cvr_of("Odense")), 7),
    ]
    march = "select status from marts.leverance_status where kilde = 'digitalpost' and periode = '2022-03'"
    assert installation.query(march) == [("afvist",)]
