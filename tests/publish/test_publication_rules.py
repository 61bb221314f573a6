"""What is decided as data about publication: who sees each table, for what purpose, and over which connections."""

import csv
from pathlib import Path

import pytest
from pipeline.test_release import contracts

from kdi.ingest.reference.intake import take_in_reference
from kdi.installation import Installation
from kdi.lake.reference import BUILT_IN
from kdi.publish.access import Undecided, decisions
from kdi.publish.catalogue import descriptions
from kdi.publish.postgres.connection import PostgresProblem, checked
from kdi.publish.purposes import Purposes, WithoutPurpose
from kdi.settings import Settings

CONTRACTS = contracts()
# Columns by which a row is somebody's.
OF_SOMEBODY = {"cvr", "myndighed_id", "kommune", "myndighed", "org_enhed_uuid"}
# Tables with such a column that all may read, and the reason why it is no disclosure.
OPEN_THOUGH = {
    "marts.dim_myndighed": "that an authority exists",
    "marts.dim_leverandoer": "the CVR number is the supplier's",
    "marts.fct_folketal": "public statistics",
}


@pytest.fixture(scope="module")
def purposes(tmp_path_factory: pytest.TempPathFactory) -> Purposes:
    """The built-in ones, taken in as a load does."""
    parts = Installation(Settings(home=tmp_path_factory.mktemp("hjem"), inbox=""))
    return Purposes.read(take_in_reference(parts.reception).folder)


def test_every_published_table_has_a_decision_and_no_decision_is_left_over() -> None:
    assert set(decisions().tabeller) == set(CONTRACTS)
    with pytest.raises(Undecided, match=r"marts\.ny: .*adgang\.yml"):
        decisions().of("marts.ny")


@pytest.mark.parametrize("table", CONTRACTS)
def test_a_table_with_somebodys_rows_is_not_open(table: str) -> None:
    decision, columns = decisions().of(table), {name for name, _ in CONTRACTS[table]}
    assert decision.adgang != "alle" or not columns & OF_SOMEBODY or table in OPEN_THOUGH
    assert set(decision.noegle) <= columns
    assert not decision.anonym or {"er_anonym", *decision.anonym} <= columns
    assert len(decision.grund) > 5


@pytest.mark.parametrize("table", CONTRACTS)
def test_every_table_and_column_has_a_purpose_and_a_legal_basis(table: str, purposes: Purposes) -> None:
    for column, _ in CONTRACTS[table]:
        purpose = purposes.of(table, column)
        assert len(purpose.formaal) > 20 and len(purpose.hjemmel) > 20


def test_no_purpose_is_left_over(purposes: Purposes) -> None:
    assert {(t, c) for t, c in purposes.columns} <= {(t, c) for t in CONTRACTS for c, _ in CONTRACTS[t]}
    assert purposes.of("kpi.sapa", "org_enhed") != purposes.of("kpi.sapa", "opslag") == purposes.of("kpi.sapa")


def test_a_table_without_purpose_is_named(purposes: Purposes) -> None:
    purposes.require(CONTRACTS)
    with pytest.raises(WithoutPurpose, match=r"^kpi\.ny: der står ikke formål og hjemmel"):
        purposes.require([*CONTRACTS, "kpi.ny"])


def test_a_users_file_of_purposes_may_lack_the_column_that_the_interface_does_not_promise(tmp_path: Path) -> None:
    folder = tmp_path / "inbox" / "reference"
    folder.mkdir(parents=True)
    promised = ["tabel", "formaal", "hjemmel", "taerskel"]
    with (BUILT_IN / "formaal.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream, delimiter=";") if not row["kolonne"]]
    with (folder / "formaal.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, promised, delimiter=";", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(row | {"formaal": "Et"} if row["tabel"] == "kpi.sapa" else row for row in rows)
    own = Purposes.read(take_in_reference(Installation(Settings(home=tmp_path, inbox="")).reception).folder)
    assert own.of("kpi.sapa", "org_enhed").formaal == "Et"
    assert own.columns == {}


def test_descriptions_are_of_the_contracts_columns() -> None:
    assert {table: list(text.columns) for table, text in descriptions().items()} == {
        table: [name for name, _ in columns] for table, columns in CONTRACTS.items()
    }


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://kdi@db.example.org/kdi",
        "postgresql://kdi@db.example.org/kdi?sslmode=prefer",
        "postgresql://kdi@127.0.0.1,db.example.org/kdi",
        "host=10.0.0.5 user=kdi sslmode=disable",
        "host=localhost hostaddr=10.0.0.5 user=kdi",
    ],
)
def test_an_unencrypted_way_to_another_machine_is_refused(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGSSLMODE", raising=False)
    with pytest.raises(PostgresProblem, match="sslmode=verify-full"):
        checked(dsn)


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://kdi@db.example.org/kdi?sslmode=verify-full",
        "host=db.example.org sslmode=require",
        "host=127.0.0.1 user=kdi",
        "postgresql://kdi@localhost/kdi",
        "host=/run/postgresql dbname=kdi",
        "host=::1",
    ],
)
def test_an_encrypted_or_local_way_is_taken(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGSSLMODE", raising=False)
    monkeypatch.delenv("PGHOSTADDR", raising=False)
    assert "application_name=kdi-indsigt" in checked(dsn)


def test_a_broken_address_is_not_repeated() -> None:
    with pytest.raises(PostgresProblem) as problem:
        checked("postgresql://kdi:hemmelig@[db/kdi")
    assert "hemmelig" not in str(problem.value)
