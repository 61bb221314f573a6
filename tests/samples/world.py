"""A small world whose every figure can be counted by hand, and the deliveries that tell of it.

Two years of it, with what makes histories hard: a day of 25 hours and one of 23, a day that comes
late, a day that is corrected, a system that changes its name, and two UUIDs that are one system.
"""

from datetime import date

from samples.files import read_csv

from .deliveries import (
    REFERENCE,
    Delivery,
    Row,
    System,
    call,
    calls_in_month,
    cases,
    day,
    demand,
    extract,
    hours_of,
    in_use,
    kitos,
    lookups,
    month,
    onboarding,
    sapa,
    ski,
    status,
    systemanvendelse,
    usage,
)

JOB = System("Jobcentersystemet")
JOB_RENAMED = JOB.named("Jobcentersystemet Plus")
CARE = System("Plejesystemet", supplier="Plejen ApS")
ESDH_A = System("ESDH øst")
ESDH_B = System("esdh-vest", "ESDH  VEST")
NAMESAKE = System("et andet plejesystem", "Plejesystemet")

ALIASES: list[Row] = [
    {"navn": "ESDH (gammel aftale)", "uuid": ESDH_A.uuid.upper(), "it_system": "ESDH"},
    {"navn": "Esdh vest", "uuid": "", "it_system": "ESDH"},
]
ONE_SYSTEM = {ESDH_A.uuid: "ESDH", ESDH_B.uuid: "ESDH"}

PERSON_V4, PERSON_V3 = "PersonBaseDataExtendedService v4", "PersonBaseDataExtendedService v3"


def population() -> list[Row]:
    """The built-in population of 2020, and a thousand more in every municipality from April 2022."""
    built_in = [row for row in read_csv(REFERENCE / "folketal.csv") if row["kvartal"] == "2020K1"]
    later = [{**row, "kvartal": "2022K2", "folketal": str(int(row["folketal"]) + 1000)} for row in built_in]
    return built_in + later


def _quiet_day(period: str, system: System) -> Delivery:
    """Two municipalities, each with the hour's number plus one calls in every hour."""
    rows = [
        call(moment, authority, system, number + 1)
        for authority in ("Fredericia", "Aalborg")
        for number, moment in enumerate(hours_of(period))
    ]
    return day(period, *rows)


LONG_DAY = day(
    "2021-10-31",
    *_quiet_day("2021-10-31", JOB).rows,
    # one system under two UUIDs, in the same hours
    call("2021-10-31T02:00:00+02:00", "Fredericia", ESDH_A, 5, "Klasse Læs", "Klassifikation"),
    call("2021-10-31T02:00:00+02:00", "Fredericia", ESDH_B, 7, "Klasse Læs", "Klassifikation"),
    call("2021-10-31T02:00:00+01:00", "Fredericia", ESDH_A, 11, "Klasse Læs", "Klassifikation"),
)
AFTER_LONG_DAY = _quiet_day("2021-11-01", CARE)
ORIGINAL = day(
    "2022-03-26",
    call("2022-03-26T08:00:00+01:00", "Fredericia", JOB, 100),
    call("2022-03-26T09:00:00+01:00", "Glostrup", JOB, 40),
)
CORRECTION = day(
    "2022-03-26",
    call("2022-03-26T08:00:00+01:00", "Fredericia", JOB, 60),
    call("2022-03-26T10:00:00+01:00", "Samsø", JOB, 3),
    suffix=".csv.gz",
)
SHORT_DAY = _quiet_day("2022-03-27", JOB)
LATE_DAY = day(
    "2022-03-28",
    call("2022-03-28T00:00:00+02:00", "Aalborg", JOB, 9, "Virksomhed Søg"),
    call("2022-03-28T23:00:00+02:00", "Udbetaling Danmark", CARE, 2, "Findes ikke i kataloget"),
)
APRIL_DAY = day(
    "2022-04-01",
    call("2022-04-01T00:00:00+02:00", "Fredericia", JOB_RENAMED, 13),
    call("2022-04-01T12:00:00+02:00", "Samsø", NAMESAKE, 4),
    call("2022-04-01T13:00:00+02:00", "Samsø", CARE, 0),
)

MONTHS = (
    month(
        "2020-11",
        calls_in_month("2020-11", "Fredericia", JOB, PERSON_V3, 500),
        calls_in_month("2020-11", "Glostrup", JOB, "SagIndeks", 80),
    ),
    month(
        "2021-03",
        calls_in_month("2021-03", "Fredericia", JOB, PERSON_V3, 300),
        calls_in_month("2021-03", "Aalborg", JOB, "SagIndeks", 1000),
        calls_in_month("2021-03", "Udbetaling Danmark", JOB, PERSON_V3, 999),
    ),
    month(
        "2021-10",
        calls_in_month("2021-10", "Fredericia", JOB, PERSON_V3, 200),
        calls_in_month("2021-10", "Aalborg", JOB, PERSON_V3, 700),
        calls_in_month("2021-10", "Glostrup", ESDH_A, "SagIndeks", 30),
        calls_in_month("2021-10", "Glostrup", ESDH_B, "SagIndeks", 12, agreement="Glostrup/ny"),
    ),
    month(
        "2022-03",
        calls_in_month("2022-03", "Fredericia", JOB, PERSON_V4, 400),
        calls_in_month("2022-03", "Aalborg", JOB, "SagIndeks", 1200),
        calls_in_month("2022-03", "Samsø", JOB, PERSON_V4, 0),
        calls_in_month("2022-03", "Samsø", JOB, "SagIndeks", 6),
    ),
    month(
        "2022-04",
        calls_in_month("2022-04", "Fredericia", JOB_RENAMED, PERSON_V4, 410),
        calls_in_month("2022-04", "Udbetaling Danmark", JOB_RENAMED, PERSON_V4, 77),
        calls_in_month("2022-04", "Udbetaling Danmark", CARE, "Helt ny service v1.2", 1),
    ),
)
EXTRACT = extract(
    "2022-03-31",
    cases("Fredericia", JOB, "00.01.00", 0),
    cases("Fredericia", JOB, "00.06.00", 4),
    cases("Fredericia", JOB, "00.06.02", 5),
    cases("Aalborg", JOB, "00.01.00", "<5"),
    cases("Aalborg", ESDH_A, "00.01.00", 2),
    cases("Aalborg", ESDH_B, "00.01.00", 3),
    cases("Glostrup", ESDH_A, "99.99.99", 17, "Står ikke i emneplanen"),
)

# What the registers say of it: SKI's list, the status sheets, who uses what, and SAPA's look-ups.
SKI_LIST = ski(
    "2022-03-01",
    demand(JOB.navn, "SF1470", JOB.uuid),
    demand(JOB.navn, "SF1520", JOB.uuid),
    demand(JOB.navn, "SF 1500", JOB.uuid),
    demand(JOB.navn, "SF1490", JOB.uuid),
    demand(JOB.navn, "SF1510", JOB.uuid, krav="supplerende"),
    demand("Nyt system", "SF1490"),
)
FIRST_STATUS = onboarding(
    "2022-03-01",
    status(JOB.navn, JOB.uuid, SF1470="Ja", SF1520="Delvist", SF1500="Nej", SF1490="Irrelevant", SF1510="Forløb 3"),
    status(" nyt  SYSTEM", SF1470="", SF1520="", SF1500="", SF1490="Klarmeldt", SF1510=""),
    # two systems of the feeds have this name
    status("Plejesystemet", SF1470="Nej", SF1520="", SF1500="", SF1490="", SF1510=""),
)
SECOND_STATUS = onboarding(
    "2022-04-15",
    status(JOB.navn, "", SF1470="Klarmeldt", SF1520="Klarmeldt", SF1500="Ensidig", SF1490="Irrelevant", SF1510="Nej"),
    status("Nyt system", SF1470="", SF1520="", SF1500="", SF1490="Klarmeldt", SF1510=""),
)
FIRST_USE = systemanvendelse(
    "2022-02-01",
    in_use("Odense", JOB.navn, JOB.uuid, fra="2021-06-01"),
    in_use("Samsø", "Nyt system", kilde="SKI"),
    in_use("Glostrup", CARE.navn, CARE.uuid, fra="2019-01-01", til="2020-01-01"),
)
SECOND_USE = systemanvendelse(
    "2022-04-01",
    in_use("Odense", JOB_RENAMED.navn, "", fra="2021-06-01"),
    in_use("Samsø", "Nyt system", kilde="SKI"),
    in_use("Odense", "NYT system", fra="2022-04-10"),
)
KITOS = kitos("2022-03-15", usage("Samsø", "esdh Vest", "2020-01-01T00:00:00Z"), usage("Glostrup", "Kun i KITOS"))
SAPA_MONTHS = (
    sapa(
        "2022-03",
        lookups("2022-03", "Aalborg", "Jobcenter", 10, 250),
        lookups("2022-03", "Aalborg", "Ydelse", 4, 0),
    ),
    sapa("2022-04", lookups("2022-04", "Aalborg", "Jobcenter", 12, 0)),
)
REGISTERS = (SKI_LIST, FIRST_STATUS, FIRST_USE, SECOND_STATUS, SECOND_USE, KITOS, *SAPA_MONTHS)
# Uses that no call tells of: system, municipality, from and to.
IN_USE = (
    (JOB.uuid, "Odense", date(2021, 6, 1), None),
    (CARE.uuid, "Glostrup", date(2019, 1, 1), date(2020, 1, 1)),
    ("ESDH", "Samsø", date(2020, 1, 1), None),
)

# In the order in which they count: the correction after what it corrects.
ALL = (
    *MONTHS, EXTRACT, LONG_DAY, AFTER_LONG_DAY, ORIGINAL, SHORT_DAY, LATE_DAY, APRIL_DAY, CORRECTION, *REGISTERS,
)  # fmt: skip
IN_FORCE = tuple(d for d in ALL if d is not ORIGINAL)
