"""Lists and extracts: SKI, systems in use, KITOS' JSON and SAPA. Optional fields, dates, choices, two counts."""

import csv
import gzip
import itertools
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from receiving import (
    KITOS,
    NEXUS,
    SAPA,
    SKI,
    USES,
    Outcome,
    Platform,
    Received,
    Row,
    Sample,
    assert_books_balance,
    receive,
)
from samples.files import csv_bytes, xlsx_bytes

from expectations.profiles import FileFormat
from kdi.ingest.audit import audit_alone, open_engine
from kdi.ingest.batch import audit_batch
from kdi.ingest.inbox import InboxFile
from kdi.ingest.readers import layout_of

OTHER = "11111111-2222-4333-8444-555555555555"
CPR_LIKE = "311299-9999"  # made up


def values(outcome: Outcome, *names: str) -> list[tuple[object, ...]]:
    return sorted((tuple(row[n] for n in names) for row in outcome.rows), key=str)


# SKI


def demands(**second: object) -> list[dict[str, object]]:
    """Two interfaces of one system with a UUID, and one of a system without."""
    nexus = {"leverandoer_navn": "KMD", "it_system_navn": "Nexus", "it_system_uuid": NEXUS,
             "ydelsesomraade": "Y26 Social og omsorg", "use_case": "Omsorgsjournal"}  # fmt: skip
    rows: list[dict[str, object]] = [
        {**nexus, "snitflade": "SF1470", "krav": "obligatorisk"},
        {**nexus, "snitflade": "SF1500", "krav": "supplerende"},
        {**nexus, "it_system_navn": "Jobplan", "it_system_uuid": None, "use_case": None, "snitflade": "SF1500",
         "krav": "obligatorisk"},
    ]  # fmt: skip
    rows[1].update(second)
    return rows


def sheet(rows: Sequence[dict[str, object]], *above: Sequence[object]) -> list[Sequence[object]]:
    return [*above, list(rows[0]), *[list(row.values()) for row in rows]]


def text(rows: Sequence[dict[str, object]]) -> list[Row]:
    return [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows]


def demanded(**second: object) -> Sample:
    return Sample(lambda day: xlsx_bytes(sheet(demands(**second))), ".xlsx")


SKI_SAME = {
    "plain": demanded(),
    "below a title": Sample(
        lambda day: xlsx_bytes(sheet(demands(), ["SKI 02.19"], []), [["Noter"]], notes_first=True), ".xlsx"
    ),
    "as csv": Sample(lambda day: csv_bytes(text(demands()))),
    "headers": Sample(
        lambda day: xlsx_bytes(
            [["Leverandør", "IT-system", "IT-system UUID", "Ydelsesområde", "Use case", "Snitflade", "Krav"],
             *sheet(demands())[1:]]
        ),
        ".xlsx",
    ),
    "uuid in capitals": demanded(it_system_uuid=NEXUS.upper()),
}  # fmt: skip
SKI_FAULTY = {
    "krav": demanded(krav="måske"),
    "no krav": demanded(krav=None),
    "no snitflade": demanded(snitflade=" "),
    "bad uuid": demanded(it_system_uuid="ukendt"),
    "same interface twice": demanded(snitflade="SF1470"),
    "same without uuid twice": Sample(lambda day: xlsx_bytes(sheet([*demands(), demands()[2]])), ".xlsx"),
    "wrong header": Sample(lambda day: csv_bytes(text(demands()), headers={"krav": "kravtype"})),
    "no uuid column": Sample(
        lambda day: csv_bytes(text(demands()), columns=[c for c in demands()[0] if c != "it_system_uuid"])
    ),
    "empty": Sample(lambda day: b"", ".xlsx"),
}


@pytest.fixture(scope="module")
def ski(tmp_path_factory: pytest.TempPathFactory) -> Received:
    return receive(tmp_path_factory.mktemp("ski"), SKI, {**SKI_SAME, **SKI_FAULTY})


@pytest.mark.parametrize("label", SKI_SAME)
def test_a_list_of_demands_is_loaded_with_or_without_uuid(ski: Received, label: str) -> None:
    outcome = ski[label]
    assert outcome.status == "indlaest", outcome.messages
    assert values(outcome, "it_system_navn", "it_system_uuid", "use_case", "snitflade", "krav") == [
        ("Jobplan", None, None, "SF1500", "obligatorisk"),
        ("Nexus", NEXUS, "Omsorgsjournal", "SF1470", "obligatorisk"),
        ("Nexus", NEXUS, "Omsorgsjournal", "SF1500", "supplerende"),
    ]
    assert outcome.delivery.sum_indlaest == outcome.delivery.raekker_indlaest == 3


@pytest.mark.parametrize(
    ("label", "code", "column"),
    [
        ("krav", "ukendt_vaerdi", "krav"),
        ("no krav", "tomt_felt", "krav"),
        ("no snitflade", "tomt_felt", "snitflade"),
        ("bad uuid", "ugyldig_uuid", "it_system_uuid"),
    ],
)
def test_a_faulty_demand_is_named(ski: Received, label: str, code: str, column: str) -> None:
    assert ski[label].status == "afvist"
    assert ski[label].place(code) == (column, 3)  # as Excel counts


def test_a_wrong_choice_is_told_what_it_may_be(ski: Received) -> None:
    assert "Brug en af disse: obligatorisk, supplerende." in ski["krav"].messages
    assert "måske" not in ski["krav"].messages


def test_the_same_demand_twice_refuses_the_list(ski: Received) -> None:
    assert [(f.kode, f.raekke) for f in ski["same interface twice"].delivery.aarsager] == [("dublet", 2), ("dublet", 3)]
    twice = ski["same without uuid twice"].delivery.aarsager
    assert [(f.kode, f.raekke) for f in twice] == [("dublet", 4), ("dublet", 5)]


def test_an_unreadable_list_is_refused_and_the_column_named(ski: Received) -> None:
    assert ski["wrong header"].finding("manglende_kolonne").kolonne == "krav"
    assert ski["no uuid column"].finding("manglende_kolonne").kolonne == "it_system_uuid"
    assert ski["empty"].codes == {"tom_fil"}


def test_the_books_of_ski_balance(ski: Received) -> None:
    assert_books_balance(ski.platform)
    delivery = ski["krav"].delivery
    assert (delivery.raekker_modtaget, delivery.sum_modtaget, delivery.sum_karantaene) == (3, 3, 3)


# Systems in use


def use(number: int = 0, **changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "myndighed_cvr": "29189501", "it_system_navn": f"System {number}", "it_system_uuid": NEXUS, "kilde": "SKI",
        "i_brug_fra": "2021-03-01", "i_brug_til": "2022-12-31",
    }  # fmt: skip
    return {**row, **changes}


def used(**changes: object) -> Sample:
    """Two uses, of which the second is changed, as CSV."""
    return Sample(lambda day: csv_bytes(text([use(1), use(2, **changes)])))


def used_in_excel(**changes: object) -> Sample:
    return Sample(lambda day: xlsx_bytes(sheet([use(1), use(2, **changes)])), ".xlsx")


FROM, TO = date(2021, 3, 1), date(2022, 12, 31)
# What the second row of each holds of uuid, kilde and dates.
USES_GOOD: dict[str, tuple[Sample, tuple[object, ...]]] = {
    "plain": (used(), (NEXUS, "SKI", FROM, TO)),
    "no uuid": (used(it_system_uuid=None), (None, "SKI", FROM, TO)),
    "no dates": (used(i_brug_fra=None, i_brug_til=" "), (NEXUS, "SKI", None, None)),
    "with a time": (used(i_brug_fra="2021-03-01T00:00:00Z", i_brug_til="2022-12-31 23:59"), (NEXUS, "SKI", FROM, TO)),
    "kitos": (used(kilde="KITOS"), (NEXUS, "KITOS", FROM, TO)),
    "a day in february": (used(i_brug_fra="2020-02-29"), (NEXUS, "SKI", date(2020, 2, 29), TO)),
    "excel text": (used_in_excel(), (NEXUS, "SKI", FROM, TO)),
    "excel dates": (used_in_excel(i_brug_fra=FROM, i_brug_til=datetime(2022, 12, 31)), (NEXUS, "SKI", FROM, TO)),
    "excel moments": (used_in_excel(i_brug_fra=datetime(2021, 3, 1, 8, 30)), (NEXUS, "SKI", FROM, TO)),
    "excel numbers": (used_in_excel(myndighed_cvr=29189501), (NEXUS, "SKI", FROM, TO)),
}
USES_FAULTY: dict[str, tuple[Sample, str, str]] = {
    "danish date": (used(i_brug_fra="01-03-2021"), "ugyldig_dato", "i_brug_fra"),
    "no such day": (used(i_brug_til="2022-02-30"), "ugyldig_dato", "i_brug_til"),
    "month": (used(i_brug_fra="2021-03"), "ugyldig_dato", "i_brug_fra"),
    "words": (used(i_brug_fra="snart"), "ugyldig_dato", "i_brug_fra"),
    "words after a date": (used(i_brug_fra="2021-03-01 eller før"), "ugyldig_dato", "i_brug_fra"),
    "year of two digits": (used(i_brug_fra="21-03-01"), "ugyldig_dato", "i_brug_fra"),
    "excel serial number": (used_in_excel(i_brug_fra=44256), "ugyldig_dato", "i_brug_fra"),
    "kilde": (used(kilde="Excel"), "ukendt_vaerdi", "kilde"),
    "no kilde": (used(kilde=None), "tomt_felt", "kilde"),
    "no system": (used(it_system_navn=" "), "tomt_felt", "it_system_navn"),
    "bad uuid": (used(it_system_uuid=NEXUS[:-1]), "ugyldig_uuid", "it_system_uuid"),
    "bad cvr": (used(myndighed_cvr="2918950"), "ugyldigt_cvr", "myndighed_cvr"),
}
USES_REFUSED = {
    "comma": Sample(lambda day: csv_bytes(text([use()]), delimiter=",")),
    "wrong header": Sample(lambda day: csv_bytes(text([use()]), headers={"i_brug_fra": "fra"})),
    "empty": Sample(lambda day: b""),
    "header only": Sample(lambda day: csv_bytes(text([use()])).split(b"\n")[0]),
    "twice": Sample(lambda day: csv_bytes(text([use(1), use(2), use(1, i_brug_til=None)]))),
    "twice without uuid": Sample(lambda day: csv_bytes(text([use(it_system_uuid=None)] * 2))),
    "cpr": Sample(lambda day: csv_bytes(text([use(1), use(2, it_system_navn=f"Sag {CPR_LIKE}")]))),
}
TOLERATED = 2000


@pytest.fixture(scope="module")
def uses(tmp_path_factory: pytest.TempPathFactory) -> Received:
    samples = {label: sample for label, (sample, _) in USES_GOOD.items()}
    samples |= {f"bad: {label}": sample for label, (sample, _, _) in USES_FAULTY.items()}
    samples["one of 2,000"] = Sample(
        lambda day: csv_bytes(text([use(n, **({"kilde": "?"} if n == 70 else {})) for n in range(TOLERATED)]))
    )
    samples["again from another day"] = Sample(lambda day: csv_bytes(text([use(), use(i_brug_fra="2022-01-01")])))
    return receive(tmp_path_factory.mktemp("uses"), USES, {**samples, **USES_REFUSED})


@pytest.mark.parametrize("label", USES_GOOD)
def test_a_use_is_loaded_with_the_dates_it_has(uses: Received, label: str) -> None:
    outcome = uses[label]
    assert outcome.status == "indlaest", outcome.messages
    names = ("it_system_navn", "it_system_uuid", "kilde", "i_brug_fra", "i_brug_til")
    assert values(outcome, *names) == [("System 1", NEXUS, "SKI", FROM, TO), ("System 2", *USES_GOOD[label][1])]
    assert set(outcome.column("myndighed_cvr")) == {"29189501"}


@pytest.mark.parametrize("label", USES_FAULTY)
def test_a_faulty_use_is_named(uses: Received, label: str) -> None:
    outcome = uses[f"bad: {label}"]
    _, code, column = USES_FAULTY[label]
    assert outcome.status == "afvist"
    assert outcome.place(code) == (column, 3)
    assert outcome.rows == []


def test_a_wrong_date_and_a_wrong_choice_are_told_what_to_be(uses: Received) -> None:
    assert "Feltet er ikke en dato (ÅÅÅÅ-MM-DD)." in uses["bad: danish date"].messages
    assert "Brug en af disse: SKI, ADM, KITOS." in uses["bad: kilde"].messages


@pytest.mark.parametrize(
    ("label", "codes"),
    [("comma", {"forkert_skilletegn"}), ("wrong header", {"manglende_kolonne"}),
     ("empty", {"tom_fil"}), ("header only", {"ingen_raekker"}), ("twice", {"dublet"}),
     ("twice without uuid", {"dublet"}), ("cpr", {"cpr_nummer"})],
)  # fmt: skip
def test_a_list_of_uses_is_refused_for_what_is_wrong_with_it(uses: Received, label: str, codes: set[str]) -> None:
    assert uses[label].status == "afvist"
    assert uses[label].codes == codes


def test_the_places_of_a_wrong_header_and_of_doubles(uses: Received) -> None:
    assert uses["wrong header"].finding("manglende_kolonne").kolonne == "i_brug_fra"
    assert [f.raekke for f in uses["twice"].delivery.aarsager] == [2, 4]
    assert uses["cpr"].quarantined_files == {"aarsag.txt", "fejl.csv"}
    assert uses["again from another day"].status == "indlaest"


def test_rows_are_the_control_total_of_a_list(uses: Received) -> None:
    delivery = uses["one of 2,000"].delivery
    assert delivery.status == "delvis_karantaene"
    assert (delivery.raekker_modtaget, delivery.raekker_indlaest, delivery.raekker_karantaene) == (2000, 1999, 1)
    assert (delivery.sum_modtaget, delivery.sum_indlaest, delivery.sum_karantaene) == (2000, 1999, 1)
    assert uses["one of 2,000"].place("ukendt_vaerdi") == ("kilde", 72)
    assert_books_balance(uses.platform)


def test_a_profile_may_agree_on_danish_dates(tmp_path: Path) -> None:
    profile = USES.model_copy(update={"format": FileFormat(date_format="%d-%m-%Y")})
    samples = {
        "danish": used(i_brug_fra="01-03-2021", i_brug_til="31-12-2022"),
        "iso": used(),
        "excel": used_in_excel(i_brug_fra=FROM),
        "short year": used(i_brug_fra="01-03-21"),
        "american": used(i_brug_til="12-31-2022"),
    }
    received = receive(tmp_path, profile, samples)
    for label in ("danish", "iso", "excel"):
        assert values(received[label], "i_brug_fra", "i_brug_til") == [(FROM, TO)] * 2, received[label].messages
    assert received["short year"].place("ugyldig_dato") == ("i_brug_fra", 3)
    assert received["american"].place("ugyldig_dato") == ("i_brug_til", 3)


# KITOS

PERSON = "Opdigtet Personnavn"
ADDRESS = "opdigtet.personnavn@eksempel.invalid"


def usage(number: int = 1, **changes: object) -> dict[str, object]:
    """A usage as KITOS exports it, with persons and free text that nobody asked for."""
    person = {"uuid": OTHER, "name": PERSON}
    row: dict[str, object] = {
        "uuid": f"{number:08}-0000-4000-8000-000000000000",
        "systemContext": {"uuid": NEXUS.upper(), "name": " KMD Nexus"},
        "organizationContext": {"uuid": OTHER, "name": "Brønderslev Kommune", "cvr": "29189501"},
        "createdBy": person,
        "lastModified": "2022-04-01T08:00:00Z",
        "lastModifiedBy": person,
        "general": {
            "notes": f"Ring til {PERSON}, {CPR_LIKE}",
            "validity": {"valid": True, "validFrom": "2021-03-01T00:00:00Z", "validTo": None},
        },
        "roles": [{"role": {"name": "Systemejer"}, "user": {**person, "email": ADDRESS}}],
    }
    return {**row, **changes}


def exported(*usages: object) -> Sample:
    return Sample(lambda day: json.dumps(usages, ensure_ascii=False).encode(), ".json")


def raw(content: bytes) -> Sample:
    return Sample(lambda day: content, ".json")


ORGANISATION = {"uuid": OTHER, "name": "Brønderslev Kommune", "cvr": "29189501"}
VALIDITY = {"valid": False, "validFrom": None, "validTo": "2022-12-31T00:00:00"}
KITOS_GOOD: dict[str, tuple[Sample, tuple[object, ...]]] = {
    "plain": (exported(usage()), ("true", FROM, None)),
    "with bom": (raw(b"\xef\xbb\xbf" + json.dumps([usage()]).encode()), ("true", FROM, None)),
    "cvr as a number": (exported(usage(organizationContext={**ORGANISATION, "cvr": 29189501})), ("true", FROM, None)),
    "no longer valid": (exported(usage(general={"validity": VALIDITY})), ("false", None, TO)),
    "no general": (exported(usage(general=None)), (None, None, None)),
    "no validity": (exported(usage(general={"validity": []})), (None, None, None)),
    "without persons": (exported({k: v for k, v in usage().items() if k != "roles"}), ("true", FROM, None)),
}
KITOS_FAULTY: dict[str, tuple[Sample, str, str]] = {
    "no cvr": (exported(usage(1), usage(2, organizationContext={"name": "X"})), "tomt_felt", "myndighed_cvr"),
    "cvr null": (
        exported(usage(1), usage(2, organizationContext={**ORGANISATION, "cvr": None})), "tomt_felt", "myndighed_cvr",
    ),
    "no organisation": (
        exported(usage(1), usage(2, organizationContext={**ORGANISATION, "name": None})), "tomt_felt", "myndighed_navn",
    ),
    "bad cvr": (
        exported(usage(1), usage(2, organizationContext={**ORGANISATION, "cvr": "DK29189501"})),
        "ugyldigt_cvr", "myndighed_cvr",
    ),
    "bad uuid": (exported(usage(1), usage(2, uuid="17")), "ugyldig_uuid", "anvendelse_uuid"),
    "bad system uuid": (
        exported(usage(1), usage(2, systemContext={"uuid": "17", "name": "Nexus"})), "ugyldig_uuid", "it_system_uuid",
    ),
    "bad date": (
        exported(usage(1), usage(2, general={"validity": {"validFrom": "snart"}})), "ugyldig_dato", "i_brug_fra",
    ),
    "a list for a date": (
        exported(usage(1), usage(2, general={"validity": {"validTo": ["2022-12-31"]}})),
        "forkert_celletype", "i_brug_til",
    ),
    "an object for the name": (
        exported(usage(1), usage(2, systemContext={"uuid": NEXUS, "name": {"da": "Nexus"}})),
        "forkert_celletype", "it_system_navn",
    ),
    "bad validity": (
        exported(usage(1), usage(2, general={"validity": {"valid": "måske"}})), "ukendt_vaerdi", "er_gyldig",
    ),
}  # fmt: skip
KITOS_REFUSED = {
    "empty file": (raw(b""), "tom_fil"),
    "empty array": (exported(), "ingen_raekker"),
    "not json": (raw(b"<html>" + PERSON.encode()), "ulaeselig_fil"),
    "cut short": (raw(json.dumps([usage()]).encode()[:-5]), "ulaeselig_fil"),
    "one object": (raw(json.dumps(usage()).encode()), "ulaeselig_fil"),
    "array of texts": (exported(PERSON), "ulaeselig_fil"),
    "a number of 5,000 digits": (raw(b'[{"uuid": ' + b"9" * 5000 + b"}]"), "ulaeselig_fil"),
    "nested without end": (raw(b"[" * 200_000), "ulaeselig_fil"),
    "half a character": (raw(json.dumps([usage(uuid="\ud800")]).encode()), "ukendt_tegnsaet"),
    "utf-16": (raw(json.dumps([usage()]).encode("utf-16")), "ukendt_tegnsaet"),
    "windows-1252": (raw(json.dumps([usage()], ensure_ascii=False).encode("windows-1252")), "ukendt_tegnsaet"),
    "twice": (exported(usage(1), usage(2), usage(1)), "dublet"),
    "cpr in a name": (
        exported(usage(1), usage(2, systemContext={"uuid": NEXUS, "name": f"Sag {CPR_LIKE}"})), "cpr_nummer",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def kitos(tmp_path_factory: pytest.TempPathFactory) -> Received:
    samples = {label: sample for label, (sample, _) in KITOS_GOOD.items()}
    samples |= {f"bad: {label}": sample for label, (sample, _, _) in KITOS_FAULTY.items()}
    samples |= {label: sample for label, (sample, _) in KITOS_REFUSED.items()}
    samples["one of 2,000"] = Sample(
        lambda day: json.dumps([usage(n, **({"uuid": "?"} if n == 70 else {})) for n in range(TOLERATED)]).encode(),
        ".json",
    )
    return receive(tmp_path_factory.mktemp("kitos"), KITOS, samples)


@pytest.mark.parametrize("label", KITOS_GOOD)
def test_a_usage_is_loaded_by_its_paths(kitos: Received, label: str) -> None:
    assert kitos[label].status == "indlaest", kitos[label].messages
    valid, first, last = KITOS_GOOD[label][1]
    assert kitos[label].rows == [
        {
            "anvendelse_uuid": "00000001-0000-4000-8000-000000000000",
            "it_system_uuid": NEXUS,
            "it_system_navn": "KMD Nexus",
            "myndighed_cvr": "29189501",
            "myndighed_navn": "Brønderslev Kommune",
            "er_gyldig": valid,
            "i_brug_fra": first,
            "i_brug_til": last,
        }
    ]


@pytest.mark.parametrize("label", KITOS_FAULTY)
def test_a_faulty_usage_is_named(kitos: Received, label: str) -> None:
    _, code, column = KITOS_FAULTY[label]
    assert kitos[f"bad: {label}"].status == "afvist"
    assert kitos[f"bad: {label}"].place(code) == (column, 2)


@pytest.mark.parametrize("label", KITOS_REFUSED)
def test_an_export_is_refused_for_what_is_wrong_with_it(kitos: Received, label: str) -> None:
    assert kitos[label].status == "afvist"
    assert kitos[label].codes == {KITOS_REFUSED[label][1]}


def test_one_bad_usage_of_many_is_left_out_with_its_reason(kitos: Received) -> None:
    outcome = kitos["one of 2,000"]
    assert outcome.status == "delvis_karantaene"
    assert (outcome.delivery.raekker_indlaest, outcome.delivery.sum_indlaest) == (1999, 1999)
    assert outcome.place("ugyldig_uuid") == ("anvendelse_uuid", 71)
    assert [f.raekke for f in kitos["twice"].delivery.aarsager] == [1, 3]
    assert_books_balance(kitos.platform)


def test_no_export_is_kept_for_it_names_persons(kitos: Received) -> None:
    for label in ("one of 2,000", "twice", "bad: no cvr", "not json", "cpr in a name"):
        assert kitos[label].quarantined_files == {"aarsag.txt", "fejl.csv"}, label


def test_no_person_is_in_any_file_the_platform_has_made(kitos: Received) -> None:
    kept = kitos.platform.kept_files()
    assert {p.suffix for p in kept} >= {".parquet", ".html"}  # the lake and Data Docs are among them
    for path in kept:
        data = path.read_bytes()
        data += gzip.decompress(data) if path.suffix == ".gz" else b""
        data += str(pd.read_parquet(path).to_dict()).encode() if path.suffix == ".parquet" else b""
        for told in (PERSON, ADDRESS, CPR_LIKE, "Systemejer"):
            assert told.encode() not in data, path
            assert told.encode("utf-16-le") not in data, path


# SAPA


def unit(month: str, number: int, **changes: str) -> Row:
    row = {
        "maaned": month, "myndighed_cvr": "29189501", "org_enhed_uuid": f"{number:08}-0000-4000-8000-000000000000",
        "org_enhed_navn": f"Enhed {number}", "antal_brugere": "12", "antal_opslag": "100",
    }  # fmt: skip
    return {**row, **changes}


def units(**second: str) -> Callable[[str], list[Row]]:
    """Three units; 100, 20 and no look-ups. The second is changed."""
    return lambda month: [
        unit(month, 1), unit(month, 2, **{"antal_opslag": "20", **second}), unit(month, 3, antal_opslag="0"),
    ]  # fmt: skip


SAPA_FAULTY: dict[str, tuple[dict[str, str], str, str]] = {
    "another month": ({"maaned": "2019-01"}, "forkert_periode", "maaned"),
    "no month": ({"maaned": "2022-13"}, "ugyldig_maaned", "maaned"),
    "a day": ({"maaned": "2022-01-02"}, "ugyldig_maaned", "maaned"),
    "negative users": ({"antal_brugere": "-1"}, "negativt_tal", "antal_brugere"),
    "no users": ({"antal_brugere": ""}, "tomt_felt", "antal_brugere"),
    "users in words": ({"antal_brugere": "få"}, "ikke_et_tal", "antal_brugere"),
    "half a user": ({"antal_brugere": "1,5"}, "decimaltal", "antal_brugere"),
    "too many users": ({"antal_brugere": "9876543210"}, "for_stort_tal", "antal_brugere"),
    "masked look-ups": ({"antal_opslag": "<5"}, "ikke_et_tal", "antal_opslag"),
    "no unit": ({"org_enhed_uuid": ""}, "tomt_felt", "org_enhed_uuid"),
    "same unit": ({"org_enhed_uuid": "{00000001000040008000000000000000}"}, "dublet", ""),
}
MONTHS = [f"{year}-{month:02}" for year in (2020, 2021) for month in range(1, 13)]


def month_of(number: int) -> str:
    return MONTHS[number]


@pytest.fixture(scope="module")
def sapa(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    platform = Platform(tmp_path_factory.mktemp("sapa"))
    made: dict[str, Callable[[str], list[Row]]] = {
        "plain": units(),
        "leading zero": units(antal_brugere="012"),
        **{label: units(**changes) for label, (changes, _, _) in SAPA_FAULTY.items()},
        "one of 2,000": lambda month: [
            unit(month, n, **({"antal_brugere": "-1", "antal_opslag": "40"} if n == 70 else {})) for n in range(2000)
        ],
    }
    names = {}
    for number, (label, rows) in enumerate(made.items()):
        names[label] = f"sapa_{month_of(number)}.csv"
        platform.put("sapa", names[label], csv_bytes(rows(month_of(number))))
    names["workbook"] = f"sapa_{month_of(len(made))}.xlsx"
    cells = [list(row.values()) for row in units()(month_of(len(made)))]
    content = xlsx_bytes([["SAPA"], list(unit("", 1)), *[[*row[:4], int(row[4]), int(row[5])] for row in cells]])
    platform.put("sapa", names["workbook"], content)
    outcomes = {d.fil: platform.outcome(d) for d in platform.take_in(SAPA).deliveries}
    assert_books_balance(platform)
    return {label: outcomes[name] for label, name in names.items()}


@pytest.mark.parametrize("label", ["plain", "leading zero", "workbook"])
def test_a_month_of_look_ups_is_loaded_with_both_counts(sapa: dict[str, Outcome], label: str) -> None:
    outcome = sapa[label]
    assert outcome.status == "indlaest", outcome.messages
    assert [(int(r["antal_brugere"]), r["antal_opslag"]) for r in sorted(outcome.rows, key=str)] == [
        (12, 100), (12, 20), (12, 0),
    ]  # fmt: skip
    assert (outcome.delivery.sum_modtaget, outcome.delivery.sum_indlaest) == (120, 120)


@pytest.mark.parametrize("label", [label for label in SAPA_FAULTY if label != "same unit"])
def test_a_faulty_month_is_named(sapa: dict[str, Outcome], label: str) -> None:
    _, code, column = SAPA_FAULTY[label]
    assert sapa[label].status == "afvist"
    assert sapa[label].place(code) == (column, 3)


def test_a_unit_twice_refuses_the_month(sapa: dict[str, Outcome]) -> None:
    assert [(f.kode, f.raekke) for f in sapa["same unit"].delivery.aarsager] == [("dublet", 2), ("dublet", 3)]


def test_the_sum_is_of_look_ups_not_of_users(sapa: dict[str, Outcome]) -> None:
    delivery = sapa["one of 2,000"].delivery
    assert delivery.status == "delvis_karantaene"
    assert (delivery.raekker_modtaget, delivery.raekker_indlaest) == (2000, 1999)
    assert (delivery.sum_modtaget, delivery.sum_indlaest, delivery.sum_karantaene) == (199_940, 199_900, 40)
    with (sapa["one of 2,000"].quarantine / "fejl.csv").open(encoding="utf-8", newline="") as stream:
        (fault,) = csv.DictReader(stream, delimiter=";")
    assert (fault["kode"], fault["kolonne"], fault["raekke"]) == ("negativt_tal", "antal_brugere", "72")


def test_both_paths_agree_on_two_counts(tmp_path: Path) -> None:
    """The first pass takes many files at once, the second one at a time; what they store is the same."""
    connection = open_engine("500MB", 1, tmp_path)
    numbers = itertools.count()
    changes = [{}, {"antal_brugere": "0"}, {"antal_brugere": "012", "antal_opslag": "007"}, {"antal_brugere": " 12 "},
               {"org_enhed_uuid": "{" + OTHER.upper() + "}"}, *(c for c, _, _ in SAPA_FAULTY.values())]  # fmt: skip
    files = []
    for change in changes:
        path = tmp_path / f"{next(numbers)}.csv"
        path.write_bytes(csv_bytes(units(**change)("2022-04")))
        files.append((InboxFile("sapa", "2022-04", str(path), 1, 0.0, f"{next(numbers):012}"), path))

    def scratch() -> Path:
        folder = tmp_path / f"scratch{next(numbers)}"
        folder.mkdir()
        return folder

    layout = layout_of(files[0][1], SAPA)
    together = audit_batch(connection, files, layout, SAPA, scratch())
    alone = [audit_alone(connection, file, path, layout, SAPA, scratch()) for file, path in files]
    for first, second in zip(together, alone, strict=True):
        assert (first.rows, first.total, first.findings) == (second.rows, second.total, second.findings)
        assert (first.rows_rejected, first.total_rejected) == (second.rows_rejected, second.total_rejected)
        assert (first.rows_written, first.total_written) == (second.rows_written, second.total_written)
        stored = [pd.read_parquet(a.parquet).sort_values("org_enhed_navn").reset_index(drop=True)
                  for a in (first, second)]  # fmt: skip
        pd.testing.assert_frame_equal(*stored)
    connection.close()
