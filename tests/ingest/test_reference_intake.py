"""Reference data that the user replaces: their file wins, and a faulty one changes nothing."""

from pathlib import Path

import duckdb
import pytest
from deliveries import Platform

from orchestration.lake.delivery_log import DeliveryLog
from orchestration.lake.reference import InvalidReference, ReferenceSet, take_in_reference

CPR_LIKE = "311299-9999"
INTERFACES = "snitflade;navn\nSF1470;Sags- og Dokumentindeks\nSF1500;Organisation og brugere æøå\n"


def names(reference: ReferenceSet, table: str = "snitflader") -> list[tuple[str, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(
            "select * from read_parquet(?) order by 1", [str(reference.folder / f"{table}.parquet")]
        ).fetchall()


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path)


def test_the_built_in_files_are_used_when_the_user_has_none(platform: Platform) -> None:
    reference = take_in_reference(platform.settings)
    assert reference.replaced == ()
    assert reference.changed
    assert reference.rows["kommuner"] == 98


def test_the_users_file_wins_over_the_built_in_one(platform: Platform) -> None:
    platform.put("reference", "snitflader.csv", INTERFACES.encode())
    reference = take_in_reference(platform.settings)
    assert reference.replaced == ("snitflader",)
    assert names(reference) == [
        ("SF1470", "Sags- og Dokumentindeks"),
        ("SF1500", "Organisation og brugere æøå"),
    ]
    assert reference.rows["kommuner"] == 98  # the others are still the built-in ones


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + INTERFACES.encode(),
        INTERFACES.replace("\n", "\r\n").encode(),
        INTERFACES.rstrip("\n").encode(),
        'navn;snitflade;note\nSags- og Dokumentindeks ;SF1470;x\n"Organisation og brugere æøå";SF1500;\n'.encode(),
    ],
    ids=["bom", "crlf", "no final newline", "reordered, quoted, extra column"],
)
def test_the_users_file_reads_the_same_however_it_is_written(platform: Platform, content: bytes) -> None:
    platform.put("reference", "snitflader.csv", content)
    assert names(take_in_reference(platform.settings)) == [
        ("SF1470", "Sags- og Dokumentindeks"),
        ("SF1500", "Organisation og brugere æøå"),
    ]


def test_the_same_files_again_are_not_a_change(platform: Platform) -> None:
    first = take_in_reference(platform.settings)
    again = take_in_reference(platform.settings)
    assert (again.changed, again.fingerprint) == (False, first.fingerprint)


def test_taking_the_file_away_puts_the_built_in_one_back_in_force(platform: Platform) -> None:
    built_in = take_in_reference(platform.settings)
    path = platform.put("reference", "snitflader.csv", INTERFACES.encode())
    own = take_in_reference(platform.settings)
    path.unlink()
    back = take_in_reference(platform.settings)
    assert own.fingerprint != built_in.fingerprint == back.fingerprint
    assert own.changed and back.changed


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("snitflade;titel\nSF1470;Indeks\n", "mangler kolonnen navn"),
        ("snitflade,navn\nSF1470,Indeks\n", "mangler kolonnen snitflade, navn"),
        ("", "snitflader.csv"),
        ("snitflade;navn\nSF1470;Indeks\nSF1470;Andet\n", "1 nøgler (snitflade) i mere end én række"),
        ("snitflade;navn\nSF1470;Indeks\nSF1470 ;Andet\n", "1 nøgler (snitflade) i mere end én række"),
        (f"snitflade;navn\nSF1470;Ring til {CPR_LIKE}\n", "ligner et CPR-nummer"),
        (f"snitflade;navn;note\nSF1470;Indeks;{CPR_LIKE}\n", "ligner et CPR-nummer"),
        (f"snitflade;navn;{CPR_LIKE}\nSF1470;Indeks;x\n", "ligner et CPR-nummer"),
    ],
    ids=["missing column", "wrong delimiter", "empty", "duplicate key", "duplicate key but for a blank",
         "cpr in column", "cpr in extra column", "cpr in header"],
)  # fmt: skip
def test_a_faulty_file_is_refused_and_the_old_set_stays_in_force(platform: Platform, content: str, said: str) -> None:
    platform.put("reference", "snitflader.csv", INTERFACES.encode())
    before = take_in_reference(platform.settings)
    platform.put("reference", "snitflader.csv", content.encode())
    with pytest.raises(InvalidReference) as refusal:
        take_in_reference(platform.settings)
    assert "reference/snitflader.csv" in str(refusal.value)
    assert said in str(refusal.value)
    assert CPR_LIKE not in str(refusal.value)
    assert DeliveryLog(platform.settings.delivery_log).reference() == before.fingerprint
    assert names(before)[0] == ("SF1470", "Sags- og Dokumentindeks")


def test_nothing_is_kept_of_a_refused_file(platform: Platform) -> None:
    take_in_reference(platform.settings)
    before = {p for p in platform.settings.lake.rglob("*") if p.suffix in (".csv", ".parquet")}
    platform.put("reference", "kommuner.csv", f"cvr;navn\n{CPR_LIKE};x\n".encode())
    with pytest.raises(InvalidReference):
        take_in_reference(platform.settings)
    assert {p for p in platform.settings.lake.rglob("*") if p.suffix in (".csv", ".parquet")} == before
    assert not any(CPR_LIKE.encode() in p.read_bytes() for p in platform.kept_files())


def test_windows_1252_is_refused_with_what_to_do(platform: Platform) -> None:
    platform.put("reference", "snitflader.csv", INTERFACES.encode("windows-1252"))
    with pytest.raises(InvalidReference, match="UTF-8"):
        take_in_reference(platform.settings)
