"""Random worlds: months missing, sheets that contradict each other, systems that end and come back."""

import random
from datetime import date, timedelta

from .second_way import LEAST_ADVANCED, PLATFORMS, SET_ASIDE, WITH_REASON, Call, Cell, Use, World, add, last_day

REASONS = (
    "leverandoer_uenig",
    "fortrudt",
    "produkt_udgaaet",
    "ikke_solgt",
    "ikke_efterspurgt",
    "ingen_pilot",
    "urentabel",
)
# Interfaces on one platform, on both, and in no catalogue.
CATALOGUE = {
    ("stoettesystemerne", "Organisation"): "SF1500",
    ("stoettesystemerne", "Sagsindeks"): "SF1470",
    ("serviceplatformen", "Sagsservice"): "SF1470",
    ("serviceplatformen", "Personopslag"): "SF1520",
    ("serviceplatformen", "Personliste"): "SF1520",
    ("serviceplatformen", "Virksomhed"): "SF1530",
    ("serviceplatformen", "Login"): "",
}
INTERFACES = ("SF1470", "SF1500", "SF1512", "SF1520", "SF1530")
OTHER_AUTHORITY = "29190941"


def random_world(seed: int, municipalities: tuple[str, ...], systems: int, months: int = 16) -> World:
    """A world of ``months`` calendar months from November 2021; the same for the same seed."""
    dice = random.Random(seed)
    span = [add(date(2021, 11, 1), i) for i in range(months)]
    loaded = {p: {m for m in span if dice.random() < 0.88} for p in PLATFORMS}
    loaded["serviceplatformen"].add(span[-1])
    world = World(municipalities, CATALOGUE, loaded)
    names = [f"System {i}" for i in range(systems)]
    _lists(dice, world, names, span)
    _registers(dice, world, names, span)
    for system in names:
        for authority in (*municipalities, OTHER_AUTHORITY):
            _calls(dice, world, authority, system, span)
    return world


def _day(dice: random.Random, span: list[date]) -> date:
    month = dice.choice(span)
    return dice.choice([month, last_day(month), month + timedelta(dice.randrange(28))])


def _lists(dice: random.Random, world: World, names: list[str], span: list[date]) -> None:
    for _ in range(dice.randrange(1, 4)):
        world.ski[_day(dice, span[:-2])] = [
            (s, f, dice.choice(["obligatorisk", "obligatorisk", "supplerende"]))
            for s in names for f in INTERFACES for _ in range(dice.choice([0, 1, 1, 2]))
        ]  # fmt: skip
    for _ in range(dice.randrange(2, 7)):
        world.sheets[_day(dice, span)] = [
            _cell(dice, s, f) for s in names for f in INTERFACES for _ in range(dice.choice([0, 1, 1, 1, 2]))
        ]
    known_to_few = names[-1]  # what neither SKI nor the sheet knows
    for day in world.ski:
        world.ski[day] = [row for row in world.ski[day] if row[0] != known_to_few] or [
            (names[0], "SF1500", "obligatorisk")
        ]
    for day in world.sheets:
        world.sheets[day] = [c for c in world.sheets[day] if c.system != known_to_few] or [
            Cell(names[0], "SF1500", "Nej")
        ]


def _cell(dice: random.Random, system: str, interface: str) -> Cell:
    status = dice.choice([*LEAST_ADVANCED, "Klarmeldt", "Klarmeldt", "Nej", "Nej", None, SET_ASIDE])
    reason = dice.choice(REASONS) if dice.random() < 0.5 and status in (*WITH_REASON, "Klarmeldt", None) else None
    return Cell(system, interface, status, reason)


def _registers(dice: random.Random, world: World, names: list[str], span: list[date]) -> None:
    pairs = [(k, s) for k in world.municipalities for s in names]
    for _ in range(dice.randrange(1, 4)):
        uses = []
        for k, s in pairs:
            for _ in range(dice.choice([0, 1, 1, 1, 2])):
                fra = dice.choice([None, date(2018, 5, 1), _day(dice, span), _day(dice, span)])
                til = dice.choice([None, None, None, _day(dice, span), date(2023, 9, 30)])
                uses.append(Use(k, s, *(sorted((fra, til)) if fra and til else (fra, til))))
        world.registers[_day(dice, span)] = uses


def _calls(dice: random.Random, world: World, authority: str, system: str, span: list[date]) -> None:
    for (platform, service), interface in world.catalogue.items():
        if dice.random() < (0.9 if not interface else 0.55):
            continue
        begin, end = sorted(dice.choices(range(len(span) + 1), k=2))
        often = dice.choice([0.15, 0.5, 0.95])
        for i in range(begin, end):
            month = span[i]
            if month not in world.loaded[platform] or dice.random() < 0.1:
                continue
            number = dice.randrange(1, 9) if dice.random() < often else 0
            version = f"v{dice.choice([3, 3, 9, 10 + (i > 6)])}" if platform == "serviceplatformen" else ""
            agreement = None
            if platform == "serviceplatformen" and dice.random() < 0.9:
                agreement = f"{authority}/{system}/{service}"
            if number or platform == "serviceplatformen":
                world.calls.append(Call(month, platform, authority, system, service, version, agreement, number))
