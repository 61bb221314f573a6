"""Random worlds as the files that suppliers would send, with what makes histories hard, and the ways they come.

The same for the same seed. Few municipalities and systems, all sources, both platforms; a leap day, days of 23 and 25
hours, renames, aliases, corrections, months that are missing, days on which a service falls away.
"""

import csv
import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

from samples.deliveries import (
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
    kommuner,
    lookups,
    month,
    onboarding,
    sapa,
    ski,
    status,
    systemanvendelse,
    usage,
)
from samples.files import read_csv

from .star import add, last_day

SUPPLIERS = ("Leverandøren A/S", "Plejen ApS", "Nordsoft")
OTHERS = ("Udbetaling Danmark", "Region Nord")
MONTHLY = (
    "PersonBaseDataExtendedService v3", "PersonBaseDataExtendedService v4", "PersonBaseDataExtendedService v10",
    "SagIndeks Importer", "SagIndeks", "OrganisationEnhed", "Ny service v1.2", "JobcenterBevilling Afsend",
)  # fmt: skip
HOURLY = (
    ("SagIndeks Importer", "Sags- og Dokumentindeks"),
    ("Bruger Læs", "Organisation"),
    ("Klasse Læs", "Klassifikation"),
)
INTERFACES = ("SF1470", "SF1500", "SF1510", "SF1520", "SF1490")
STATUSES = ("Ja", "Ja", "Klarmeldt", "Delvist", "Nej", "Nej", "Irrelevant", "Forløb 2", "Ensidig", "")
REASONS = ("", "", "urentabel", "ingen pilot", "har fortrudt")


@dataclass(frozen=True)
class World:
    """Deliveries in the order in which they count, and reference data, with those that come later."""

    deliveries: tuple[Delivery, ...]
    population: tuple[Row, ...]
    aliases: tuple[Row, ...]
    catalogue: tuple[Row, ...]
    one_system: dict[str, str]
    as_of: date

    @property
    def in_force(self) -> tuple[Delivery, ...]:
        return tuple({(d.source, d.period): d for d in self.deliveries}.values())


def random_world(seed: int, months: int | None = None) -> World:
    dice = random.Random(seed)
    start = dice.choice([date(2020, 1, 1), date(2021, 2, 1), date(2022, 6, 1)])
    span = [add(start, n) for n in range(months or dice.choice([14, 15, 26]))]
    towns = _towns(dice)
    systems = [System(f"{seed}/{n}", f"System {'ABCDEFG'[n]}", dice.choice(SUPPLIERS)) for n in range(6)]
    systems[4] = systems[4].named(systems[3].navn)  # two of one name
    twin = System(f"{seed}/5b", "SYSTEM  f", systems[5].supplier)
    aliases = [{"navn": s.navn, "uuid": s.uuid, "it_system": "Fællessystemet"} for s in (systems[5], twin)]
    found = [
        *_months(dice, span, towns, [*systems, twin]),
        *_days(dice, span, towns, systems),
        *_extracts(dice, span, systems),
        *_registers(dice, span, towns, systems),
    ]
    corrections = [
        replace(d, rows=_corrected(dice, d), suffix=f"{d.suffix}.gz")
        for d in found if d.suffix == ".csv" and dice.random() < 0.12
    ]  # fmt: skip
    people = [r for r in read_csv(REFERENCE / "folketal.csv") if r["kvartal"] == "2020K1"]
    people += [{**r, "kvartal": f"{span[7].year}K{1 + span[7].month // 4}", "folketal": str(int(r["folketal"]) + 900)}
               for r in people]  # fmt: skip
    # a service that each platform has with an interface of its own
    catalogue = [
        {**r, "snitflade": "SF1510"} if (r["platform"], r["service"]) == ("stoettesystemerne", HOURLY[0][0]) else r
        for r in read_csv(REFERENCE / "service_katalog.csv")
    ]
    one_system = {s.uuid: "Fællessystemet" for s in (systems[5], twin)}
    return World(
        (*found, *corrections), tuple(people), tuple(aliases), tuple(catalogue), one_system, last_day(span[-1])
    )


def _towns(dice: random.Random) -> list[str]:
    """All of the smallest class, and some of each of the others."""
    by_class: dict[str, list[str]] = {}
    for name, r in kommuner().items():
        by_class.setdefault(r["xyz_klasse"], []).append(name)
    few = min(by_class, key=lambda c: len(by_class[c]))
    others = [n for c in sorted(by_class) if c != few for n in dice.sample(sorted(by_class[c]), 4)]
    return [*sorted(by_class[few]), *others]


def _corrected(dice: random.Random, delivery: Delivery) -> tuple[Row, ...]:
    kept = [r for r in delivery.rows if dice.random() < 0.9] or list(delivery.rows[:1])
    return tuple(
        {**r, "antal_kald": str(int(r["antal_kald"]) + dice.randrange(9))} if "antal_kald" in r else r for r in kept
    )


def _months(dice: random.Random, span: list[date], towns: list[str], systems: list[System]) -> list[Delivery]:
    renamed, supplier_renamed = dice.choice(span), dice.choice(span)
    uses = []
    for system in systems:
        for service in dice.sample(MONTHLY, 4):
            for authority in (*towns, *OTHERS):
                if dice.random() < 0.45:
                    begin, end = sorted(dice.choices(range(len(span) + 1), k=2))
                    size = dice.choice([3, 60, 900, 20_000])
                    agreement = f"{authority}/{system.key}/{service}/{dice.choice('ab')}"
                    uses.append((system, service, authority, begin, end, size, agreement))
    found = []
    for n, of in enumerate(span):
        rows = []
        for system, service, authority, begin, end, size, agreement in uses:
            if begin <= n < end:
                named = system.named("System A Plus") if system.navn == "System A" and of >= renamed else system
                number = 0 if dice.random() < 0.15 else dice.randrange(1, size + 1)
                row = calls_in_month(f"{of:%Y-%m}", authority, named, service, number, agreement)
                if of >= supplier_renamed:
                    row["leverandoer_navn"] = row["leverandoer_navn"].replace("Nordsoft", "Nordsoft Danmark A/S")
                rows.append(row)
        if rows and (dice.random() < 0.9 or of == span[-1]):
            found.append(month(f"{of:%Y-%m}", *rows))
    return found


def _days(dice: random.Random, span: list[date], towns: list[str], systems: list[System]) -> list[Delivery]:
    """Fourteen weeks of one weekday, so that days can be judged; a leap day, and the days of 23 and 25 hours."""
    last = last_day(span[-1]) - timedelta(days=dice.randrange(7))
    weekly = [last - timedelta(weeks=n) for n in range(14)]
    special = [date(2020, 2, 29), *(d for y in range(2020, 2025) for d in (_last_sunday(y, 3), _last_sunday(y, 10)))]
    days = sorted({*weekly, *(d for d in special if span[0] <= d <= last)})
    uses = [(dice.choice(towns), dice.choice(systems[:3]), *dice.choice(HOURLY), dice.choice([4, 30, 150]))
            for _ in range(9)]  # fmt: skip
    outage, silent, wild = dice.sample(weekly[:5], 3)
    found = []
    for of in days:
        rows: dict[tuple[str, ...], Row] = {}
        for authority, system, service, register, size in uses:
            if of == silent and dice.random() < 0.5:
                continue
            for hour, moment in enumerate(hours_of(of.isoformat())):
                number = size + dice.randrange(size // 3 + 1)
                if of == outage and hour in (9, 10) and service == HOURLY[0][0]:
                    number = 0
                if of == wild and hour == 13:
                    number *= 40
                key = (moment, authority, system.key, service)
                if key not in rows and (number or dice.random() < 0.5):
                    rows[key] = call(moment, authority, system, number, service, register)
        found.append(day(of.isoformat(), *rows.values()))
    return found


def _last_sunday(year: int, month_number: int) -> date:
    last = date(year, month_number, 31)
    return last - timedelta(days=last.isoweekday() % 7)


def _extracts(dice: random.Random, span: list[date], systems: list[System]) -> list[Delivery]:
    with (REFERENCE / "kle.csv").open(encoding="utf-8", newline="") as stream:
        known = list(csv.DictReader(stream, delimiter=";"))
    subjects = [*((r["kle_nummer"], r["emne"]) for r in dice.sample(known, 5)), ("99.99.97", "Uden for listen")]
    towns = [n for n, r in sorted(kommuner().items()) if r["xyz_klasse"] != "y" or dice.random() < 0.2]
    found = []
    for of in dice.sample(span[2:], 2):
        rows = [
            cases(town, dice.choice(systems[:4]), number, dice.choice([0, 1, 2, 4, "<5", 5, 9, 40, 300]), title)
            for town in towns for number, title in subjects if dice.random() < 0.7
        ]  # fmt: skip
        found.append(extract(last_day(of).isoformat(), *rows))
    return sorted(found, key=lambda d: d.period)


def _registers(dice: random.Random, span: list[date], towns: list[str], systems: list[System]) -> list[Delivery]:
    found = []

    def dates(number: int) -> list[str]:
        return sorted({(dice.choice(span) + timedelta(days=dice.randrange(28))).isoformat() for _ in range(number)})

    for of in dates(3):
        rows = []
        for system in systems:
            cells = {i: dice.choice(STATUSES) for i in INTERFACES}
            why = {
                f"{i} årsag": dice.choice(REASONS) if cells[i] in ("Nej", "Irrelevant") else "" for i in INTERFACES[:2]
            }
            rows.append(status(system.navn, system.uuid, system.supplier, **cells, **why))
        found.append(onboarding(of, *rows))
    for of in dates(2):
        wanted = [(s, i) for s in systems for i in INTERFACES if dice.random() < 0.75] or [(systems[0], "SF1470")]
        kinds = ("obligatorisk", "obligatorisk", "supplerende")
        found.append(ski(of, *(demand(s.navn, i, s.uuid, dice.choice(kinds)) for s, i in wanted)))
    for of in dates(2):
        rows = []
        for town in towns:
            for system in systems:
                if dice.random() < 0.7:
                    fra, til = sorted(add(span[0], dice.randrange(-9, len(span) + 9)).isoformat() for _ in range(2))
                    fra, til = dice.choice([("", ""), (fra, ""), (fra, til), ("", til)])
                    rows.append(in_use(town, system.navn, system.uuid, fra, til, dice.choice(["SKI", "ADM"])))
        found.append(systemanvendelse(of, *rows))
    for of in dates(1):
        found.append(kitos(of, *(usage(t, dice.choice(["System B", "Kun i KITOS"])) for t in towns[:6])))
    for of in span[3:8]:
        rows = [
            lookups(f"{of:%Y-%m}", town, unit, dice.randrange(0, 40), dice.choice([0, 0, 12, 300]))
            for town in towns[:5] for unit in ("Jobcenter", "Ydelse", "Borgerservice") if dice.random() < 0.9
        ]  # fmt: skip
        if rows:
            found.append(sapa(f"{of:%Y-%m}", *rows))
    return found


def in_pieces(world: World, seed: int) -> list[list[Delivery]]:
    """Three parts in an order by chance; a correction never before what it corrects."""
    dice = random.Random(seed)
    parts: list[list[Delivery]] = [[], [], []]
    placed: dict[tuple[str, str], int] = {}
    for delivery in dice.sample(world.deliveries, len(world.deliveries)) if seed else world.deliveries:
        key = (delivery.source, delivery.period)
        if delivery.suffix == ".csv.gz":
            continue
        placed[key] = dice.choice([0, 0, 1, 2])
        parts[placed[key]].append(delivery)
    for correction in (d for d in world.deliveries if d.suffix == ".csv.gz"):
        parts[dice.randrange(placed[correction.source, correction.period], 3)].append(correction)
    return parts
