"""Reference data that the user replaces: their file wins, and a faulty one changes nothing."""

import csv
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from receiving import Platform

from expectations.reference import reference_profiles
from kdi.ingest.reference.intake import InvalidReference, take_in_reference
from kdi.lake.reference import BUILT_IN, ReferenceSet
from kdi.settings import PROJECT_ROOT

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
    reference = take_in_reference(platform.parts.reception)
    assert reference.replaced == ()
    assert reference.changed
    assert reference.rows["kommuner"] == 98


def test_the_users_file_wins_over_the_built_in_one(platform: Platform) -> None:
    platform.put("reference", "snitflader.csv", INTERFACES.encode())
    reference = take_in_reference(platform.parts.reception)
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
    assert names(take_in_reference(platform.parts.reception)) == [
        ("SF1470", "Sags- og Dokumentindeks"),
        ("SF1500", "Organisation og brugere æøå"),
    ]


def test_the_same_files_again_are_not_a_change(platform: Platform) -> None:
    first = take_in_reference(platform.parts.reception)
    again = take_in_reference(platform.parts.reception)
    assert (again.changed, again.fingerprint) == (False, first.fingerprint)


def test_taking_the_file_away_puts_the_built_in_one_back_in_force(platform: Platform) -> None:
    built_in = take_in_reference(platform.parts.reception)
    path = platform.put("reference", "snitflader.csv", INTERFACES.encode())
    own = take_in_reference(platform.parts.reception)
    path.unlink()
    back = take_in_reference(platform.parts.reception)
    assert own.fingerprint != built_in.fingerprint == back.fingerprint
    assert own.changed and back.changed


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("snitflade;titel\nSF1470;Indeks\n", "mangler kolonnen navn"),
        ("snitflade,navn\nSF1470,Indeks\n", "mangler kolonnen snitflade, navn"),
        ("", "snitflader.csv"),
        ("snitflade;navn\nSF1470;Indeks\nSF1470;Andet\n", "række 3: [dublet] Rækken har samme nøgle"),
        ("snitflade;navn\nSF1470;Indeks\nSF1470 ;Andet\n", "række 3: [dublet] Rækken har samme nøgle"),
        (f"snitflade;navn\nSF1470;Ring til {CPR_LIKE}\n", "ligner et CPR-nummer"),
        (f"snitflade;navn;note\nSF1470;Indeks;{CPR_LIKE}\n", "ligner et CPR-nummer"),
        (f"snitflade;navn;{CPR_LIKE}\nSF1470;Indeks;x\n", "ligner et CPR-nummer"),
    ],
    ids=["missing column", "wrong delimiter", "empty", "duplicate key", "duplicate key but for a blank",
         "cpr in column", "cpr in extra column", "cpr in header"],
)  # fmt: skip
def test_a_faulty_file_is_refused_and_the_old_set_stays_in_force(platform: Platform, content: str, said: str) -> None:
    platform.put("reference", "snitflader.csv", INTERFACES.encode())
    before = take_in_reference(platform.parts.reception)
    platform.put("reference", "snitflader.csv", content.encode())
    with pytest.raises(InvalidReference) as refusal:
        take_in_reference(platform.parts.reception)
    assert "reference/snitflader.csv" in str(refusal.value)
    assert said in str(refusal.value)
    assert CPR_LIKE not in str(refusal.value)
    assert platform.parts.lake.log.reference() == before.fingerprint
    assert names(before)[0] == ("SF1470", "Sags- og Dokumentindeks")


def test_nothing_is_kept_of_a_refused_file(platform: Platform) -> None:
    take_in_reference(platform.parts.reception)
    before = {p for p in platform.settings.lake.rglob("*") if p.suffix in (".csv", ".parquet")}
    platform.put("reference", "kommuner.csv", f"cvr;navn\n{CPR_LIKE};x\n".encode())
    with pytest.raises(InvalidReference):
        take_in_reference(platform.parts.reception)
    assert {p for p in platform.settings.lake.rglob("*") if p.suffix in (".csv", ".parquet")} == before
    assert not any(CPR_LIKE.encode() in p.read_bytes() for p in platform.kept_files())


def test_windows_1252_is_refused_with_what_to_do(platform: Platform) -> None:
    platform.put("reference", "snitflader.csv", INTERFACES.encode("windows-1252"))
    with pytest.raises(InvalidReference, match="UTF-8"):
        take_in_reference(platform.parts.reception)


def built_in(table: str) -> list[dict[str, str]]:
    with (BUILT_IN / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def as_csv(rows: list[dict[str, str]]) -> bytes:
    return "\n".join([";".join(rows[0]), *(";".join(row.values()) for row in rows), ""]).encode()


def first(row: dict[str, str]) -> Callable[[list[dict[str, str]]], list[dict[str, str]]]:
    """The rows with the first one changed."""
    return lambda rows: [rows[0] | row, *rows[1:]]


def refusal_of(platform: Platform, table: str, content: bytes) -> str:
    platform.put("reference", f"{table}.csv", content)
    with pytest.raises(InvalidReference) as refusal:
        take_in_reference(platform.parts.reception)
    return str(refusal.value)


def test_population_with_thousands_dots_is_refused_and_says_that_a_whole_number_is_wanted(platform: Platform) -> None:
    rows = [row | {"folketal": f"{int(row['folketal']):,}".replace(",", ".")} for row in built_in("folketal")]
    told = refusal_of(platform, "folketal", as_csv(rows))
    assert "række 2, kolonne folketal: [tusindtalsskilletegn] Feltet er ikke et helt tal" in told
    assert "(980 rækker i alt)" in told


def test_codes_that_lost_their_zero_are_refused_with_the_remedy(platform: Platform) -> None:
    rows = [row | {"kommune_kode": row["kommune_kode"].lstrip("0")} for row in built_in("kommuner")]
    told = refusal_of(platform, "kommuner", as_csv(rows))
    assert "række 2, kolonne kommune_kode: [mangler_nul] Feltet er ikke fire cifre som 0101" in told
    assert "Formatér kolonnen som Tekst" in told and "(98 rækker i alt)" in told


@pytest.mark.parametrize("threshold", ["0", "1", "-5", "4", "5,5", "5.5", "fem", "", "1E1", "99999"])
def test_a_threshold_below_the_floor_or_no_whole_number_is_refused(platform: Platform, threshold: str) -> None:
    rows = [row | {"taerskel": threshold} if row["taerskel"] else row for row in built_in("formaal")]
    assert "kolonne taerskel" in refusal_of(platform, "formaal", as_csv(rows))


def test_a_stricter_threshold_is_taken(platform: Platform) -> None:
    rows = [row | {"taerskel": "10"} if row["taerskel"] else row for row in built_in("formaal")]
    platform.put("reference", "formaal.csv", as_csv(rows))
    assert {row[3] for row in names(take_in_reference(platform.parts.reception), "formaal")} == {None, "10"}


def test_the_floor_is_the_models_floor() -> None:
    macro = (PROJECT_ROOT / "dbt_project" / "macros" / "anonym.sql").read_text(encoding="utf-8")
    (column,) = [c for c in reference_profiles()["formaal"].columns if c.name == "taerskel"]
    assert f"macro mindste_taerskel() -%}} {column.lowest} {{%" in macro


CHANGED = {
    "a municipality less": ("kommuner", lambda rows: rows[1:], "Der er 97 kommuner i filen; der skal være 98."),
    "a digit of a CVR number": ("kommuner", first({"cvr": "64942213"}), "kontrolciffer"),
    "two of one name": ("kommuner", first({"navn": "Aalborg"}), "samme navn"),
    "an unknown class": ("kommuner", first({"xyz_klasse": "q"}), "Brug en af disse: x, y, z"),
    "no class": ("kommuner", first({"xyz_klasse": ""}), "kolonne xyz_klasse: [tomt_felt]"),
    "an unknown region": ("kommuner", first({"region": "Region Fyn"}), "kolonne region"),
    "letters of another encoding": ("kommuner", first({"navn": "KÃ¸benhavn"}), "forkert tegnsæt"),
    "population lacks one": ("folketal", lambda rows: rows[:-1], "Folketal mangler for 1 kommuner"),
    "a quarter as a date": ("folketal", first({"kvartal": "01-01-2008"}), "et kvartal som 2022K2"),
    "twice the people": ("folketal", first({"folketal": "1019722"}), "springer mere end 25 %"),
    "a group that is not the number's": ("kle", first({"gruppe": "01.01"}), "første fire"),
    "a KLE number as a time": ("kle", first({"kle_nummer": "00:01:00"}), "fra Excel"),
    "a service with its version": ("service_katalog", first({"service": "Adresse v4"}), "uden version"),
    "a purpose missing": ("formaal", lambda rows: rows[1:], "ikke formål og hjemmel (marts.dim_dato)"),
    "a table nobody publishes": ("formaal", first({"tabel": "kpi.sappa"}), "ingen virkning"),
    "a year without holidays": ("helligdage", lambda rows: rows[20:], "ikke fuldstændige for 2008, 2009"),
}


@pytest.mark.parametrize("what", CHANGED)
def test_what_cannot_be_is_refused(platform: Platform, what: str) -> None:
    table, change, said = CHANGED[what]
    assert said in refusal_of(platform, table, as_csv(change(built_in(table))))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("99999999;alle;;", "ingen kommunes"),
        ("64942212;64942212;;", "en kommune og den selv"),
        ("64942212;alle;2024-12-31;2024-01-01", "til ligger før fra"),
        ("64942212;alle;2024-01-01;\n64942212;alle;2025-01-01;", "række 3, kolonne fra: [overlappende_periode]"),
        ("64942212;Alle sammen;;", "ikke et CVR-nummer"),
        ("64942212;00000000;;", "ikke et CVR-nummer"),
    ],
)
def test_an_agreement_that_cannot_be_is_refused(platform: Platform, rows: str, said: str) -> None:
    assert said in refusal_of(platform, "aftaler", f"cvr;deler_med_cvr;fra;til\n{rows}\n".encode())


def test_every_fault_of_every_file_is_told_and_kept(platform: Platform) -> None:
    platform.put("reference", "snitflader.csv", b"snitflade;navn\nS1470;Indeks\nSF1500;\n")
    told = refusal_of(platform, "aftaler", b"cvr;deler_med_cvr;fra;til\n1234;alle;i morgen;\n")
    assert [line.split(":")[0] for line in told.splitlines()] == ["reference/aftaler.csv", "reference/snitflader.csv"]
    kept = {p.name.rsplit("_", 1)[0]: p for p in platform.settings.quarantine.iterdir()}
    assert set(kept) == {"reference_aftaler", "reference_snitflader"}
    reasons = (kept["reference_snitflader"] / "aarsag.txt").read_text(encoding="utf-8")
    assert "række 2, kolonne snitflade" in reasons and "række 3, kolonne navn: [tomt_felt]" in reasons
    assert (kept["reference_aftaler"] / "aftaler.csv").exists()


def test_what_is_passed_over_is_told(platform: Platform) -> None:
    for name in ("Kommuner.CSV", "folketal.xlsx", "kommune.csv", "noter.txt"):
        platform.put("reference", name, b"x")
    platform.put("Referencer", "kommuner.csv", b"x")
    platform.put("reference", "snitflader.csv", b"snitflade;navn;ejer\nSF9999;Ny;os\n")
    told = "\n".join(take_in_reference(platform.parts.reception).notes)
    for part in (
        "reference/Kommuner.CSV: er ikke læst; filen skal hedde kommuner.csv",
        "reference/folketal.xlsx: er ikke læst; filen skal hedde folketal.csv",
        "reference/kommune.csv: er ikke læst; filen skal hedde kommuner.csv",
        "reference/noter.txt: er ingen kendt referencefil",
        "Referencer: mappen ligner reference",
        "reference/snitflader.csv: kolonnen ejer kendes ikke",
        "reference/service_katalog.csv: Snitflader, som ikke står i snitflader.csv",
    ):
        assert part in told


def test_the_promised_optional_files_and_columns_are_taken(platform: Platform) -> None:
    more = {"officielt_navn": "Et officielt navn", "gyldig_fra": "2007-01-01", "gyldig_til": ""}
    platform.put("reference", "kommuner.csv", as_csv([row | more for row in built_in("kommuner")]))
    groups = "kommune_kode;omraade;sammenlignes_med;rang;aar\n0101;Social;0751;1;2024\n"
    platform.put("reference", "sammenligningsgrupper.csv", groups.encode())
    taken = take_in_reference(platform.parts.reception)
    assert taken.replaced == ("kommuner", "sammenligningsgrupper")
    assert any("Sammenligningsgrupper bruges ikke endnu" in note for note in taken.notes)
