"""The third gate: a table without purpose and legal basis stops the publication; the rest carry theirs with them."""

import csv
import json

import dagster as dg
import pytest
from samples.deliveries import REFERENCE
from samples.files import read_csv
from samples.installation import Installation
from samples.ways import Loaded

from kdi.commands.load import use_dagster_home
from kdi.installation import here
from kdi.publish.extent import Extent
from kdi.publish.purposes import Purposes, WithoutPurpose
from kdi.publish.release import Manifest


def test_the_release_holds_a_register_with_a_line_for_every_table(at_once: Loaded) -> None:
    text = (at_once.installation.current / "fortegnelse.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| marts.") or line.startswith("| kpi.")]
    tables, columns = lines[: len(at_once.installation.tables())], lines[len(at_once.installation.tables()) :]
    assert [line.split(" | ")[0].removeprefix("| ") for line in tables] == at_once.installation.tables()
    assert all(len(line.split(" | ")) == 6 and " |  | " not in line for line in tables)
    own = [row for row in read_csv(REFERENCE / "formaal.csv") if row["kolonne"]]
    assert len(columns) == len(own) > 0


def test_readers_find_the_purposes_beside_the_numbers(at_once: Loaded) -> None:
    with (REFERENCE / "formaal.csv").open(encoding="utf-8", newline="") as stream:
        wanted = [(r["tabel"], r["kolonne"] or None, r["formaal"]) for r in csv.DictReader(stream, delimiter=";")]
    found = at_once.installation.query("select tabel, kolonne, formaal from marts.formaal")
    assert sorted(found, key=repr) == sorted(wanted, key=repr)


def test_every_asset_shows_its_purpose(at_once: Loaded) -> None:
    with at_once.installation.in_force() as settings:
        event = use_dagster_home(settings).get_latest_materialization_event(dg.AssetKey(["kpi", "sapa"]))
    assert event is not None and event.asset_materialization is not None
    assert "SAPA" in str(event.asset_materialization.metadata["formaal"].value)
    assert "SAPA" in str(event.asset_materialization.metadata["hjemmel"].value)
    month = f"{event.asset_materialization.partition}-01"  # it is told by month
    rows = at_once.installation.query("select count(*) from kpi.sapa where maaned = cast(? as date)", month)
    assert rows == [(event.asset_materialization.metadata["dagster/row_count"].value,)]


@pytest.fixture(scope="module")
def without(at_once: Loaded) -> Installation:
    """An installation whose purposes have no legal basis for one table and no row for another, past the intake."""
    installation = at_once.installation.copy("uden-formaal")
    rows = [row for row in read_csv(REFERENCE / "formaal.csv") if row["tabel"] != "kpi.udbredelse"]
    rows = [{**row, "hjemmel": ""} if row["tabel"] == "kpi.potentiale_k98" else row for row in rows]
    installation.tamper_reference("formaal", rows)
    return installation


def test_nothing_is_published_without_purpose(without: Installation) -> None:
    current = without.current
    result = without.kdi("load", "--rebuild", status=1)
    (line,) = [line for line in result.stderr.splitlines() if "formaal" in line]
    assert "kpi.potentiale_k98, kpi.udbredelse: der står ikke formål og hjemmel i reference/formaal.csv" in line
    assert without.current == current
    assert without.releases == [current.name]


def test_the_writer_refuses_too(without: Installation) -> None:
    """Past the gate, with the build that it stopped."""
    with without.in_force():
        workspace = here().site.workspace
        saved = json.loads((workspace.folder / "plan.json").read_text(encoding="utf-8"))
        with pytest.raises(WithoutPurpose, match=r"kpi\.udbredelse"):
            workspace.close_marts()
            manifest = Manifest(**saved["manifest"])
            purposes = Purposes.read(here().lake.reference_folder(manifest.inputs["reference"]))
            here().releases.publish(workspace.marts, workspace.private, manifest, Extent(), purposes)
    assert [name for name in without.releases if not name.startswith(".")] == [without.current.name]
