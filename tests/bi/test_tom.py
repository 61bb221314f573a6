"""Microsoft's own object model reads the model as we do, and refuses what is wrong in it."""

import shutil
from pathlib import Path

import pytest

from powerbi.semantic import Model

from . import tom
from .evaluator import DEFINITION
from .proof import Proof

WHAT = "Modellen indlæst af Microsofts objektmodel (TOM)"


@pytest.fixture(autouse=True)
def installed(proof: Proof) -> None:
    if not tom.available():
        proof.says(WHAT, "sprunget over: pakkerne i requirements-tom.txt er ikke installeret")
        pytest.skip("the packages of tests/bi/requirements-tom.txt are not installed")


def test_tom_finds_the_whole_model(model: Model, proof: Proof) -> None:
    found = tom.load(DEFINITION)
    columns = [c for t in model.tables for c in t.columns]
    # TOM adds a row number column to each table. The table of who may see what has two columns, both hidden.
    assert found == {
        "tabeller": len(model.tables) + len(model.choices),
        "kolonner": len(columns) + len(model.choices) + 1,
        "maal": len(model.measures),
        "relationer": len(model.relationships),
        "roller": len(model.roles) + 1,
        "opfrisk": ["Kald pr. dag", "Kald pr. måned", "Kald pr. time", "Tilslutningstragt"],
        "skjulte": sum(c.hidden for c in columns) + 2,
    }
    proof.says(WHAT, f"{found['tabeller']} tabeller, {found['maal']} mål, {found['relationer']} relationer")


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("relationships.tmdl", ("toColumn: Dato.Dato", "toColumn: Dato.Datoen")),
        ("tables/Folketal.tmdl", ("dataType: int64", "dataType: int46")),
        ("tables/Folketal.tmdl", ("summarizeBy: none", "summariseBy: none")),
        ("tables/Danmark.tmdl", ("measure 'Kald pr. borger' ", "measure 'Kald i hele landet' ")),
    ],
)
def test_tom_refuses_what_is_wrong(file: str, change: tuple[str, str], tmp_path: Path) -> None:
    shutil.copytree(DEFINITION, tmp_path / "definition")
    path = tmp_path / "definition" / file
    text = path.read_text("utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change, 1), "utf-8")
    assert "fejl" in tom.load(tmp_path / "definition")
