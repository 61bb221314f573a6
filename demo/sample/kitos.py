"""KITOS: the it-system-usages of the municipalities' own IT overview, in the shape of its REST API v2.

KITOS has UUIDs of its own, so that only the names lead back to the feeds' systems. Every ninth system carries
`(drift)` in its name and stays unresolved, KMD Nexus among them; KSD is one system here, not four; most of the
systems are known to KITOS only.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from demo.sample.chance import blend, sample_uuid
from demo.sample.listing import (
    OUTSIDE,
    OUTSIDE_ON_SKI,
    in_kitos,
    in_use,
    municipalities_using,
    name_of,
    outside_systems,
)
from demo.sample.periods import status_dates
from demo.sample.world import Authority, World

PERSONS = ("Test Testesen", "Prøve Prøvesen", "Anonym Eksempelsen", "Fiktiva Opdigtet", "Demo Demosen")
ROLES = ("Systemejer", "Systemforvalter", "Dataansvarlig kontakt")
EXPECTED_USERS = ((0, 9), (10, 49), (50, 99), (100, None))


def write(world: World, folder: Path, months: list[date]) -> int:
    """Write a file for every status date; return the number of it-system-usages."""
    rows = 0
    position = {authority.cvr: index for index, authority in enumerate(world.authorities)}
    usages = [
        (system, user, sample_uuid("kitos_usage", system * 1000 + position[user.cvr]))
        for system in _systems(world)
        for user in municipalities_using(world, system)
        if in_kitos(system, user)
    ]
    for day in status_dates(months):
        lines = [
            json.dumps(_usage(world, system, user, position[user.cvr], uuid, day), ensure_ascii=False)
            for system, user, uuid in usages
            if in_use(system, user)[0] <= day
        ]
        target = folder / f"kitos_{day}.json"
        partial = target.with_suffix(".partial")
        partial.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8", newline="\n")
        partial.replace(target)
        rows += len(lines)
    return rows


def _systems(world: World) -> Iterator[int]:
    for system in world.systems:
        if world.includes(system.number):
            yield system.number
    yield from outside_systems(world)


def name_in_kitos(world: World, system: int, day: date) -> str:
    """The name as KITOS has it."""
    name = name_of(world, system, day)
    return f"{name} (drift)" if system < OUTSIDE and system % 9 == 1 else name


def _usage(world: World, system: int, user: Authority, position: int, uuid: str, day: date) -> dict[str, Any]:
    chance = blend(101, system, position)
    first, last = in_use(system, user)
    name = name_in_kitos(world, system, day)
    lower, upper = EXPECTED_USERS[chance % 4]
    known_end = last if last and last <= day + timedelta(days=365) else None
    return {
        "uuid": uuid,
        "systemContext": {"uuid": sample_uuid("kitos", system), "name": name},
        "organizationContext": {
            "uuid": sample_uuid("kitos_organisation", position),
            "name": user.name,
            "cvr": user.cvr,
        },
        "createdBy": _person(chance // 8),
        "lastModified": _modified(chance // 16, day),
        "lastModifiedBy": _person(chance // 64),
        "general": {
            "localSystemId": f"IT-{system:04}" if chance // 256 % 3 == 0 else None,
            "localCallName": f"{name} – {user.kommune}" if chance // 1024 % 4 == 0 else None,
            "notes": None,
            "systemVersion": None,
            "numberOfExpectedUsers": {"lowerBound": lower, "upperBound": upper},
            "validity": {
                "valid": known_end is None or known_end >= day,
                "validAccordingToValidityPeriod": known_end is None or known_end >= day,
                "lifeCycleStatus": "Operational" if known_end is None or known_end >= day else "NotInUse",
                "validFrom": None if chance // 4096 % 5 == 0 else f"{first}T00:00:00Z",
                "validTo": f"{known_end}T00:00:00Z" if known_end else None,
            },
            "mainContract": None,
            "containsAITechnology": "Yes" if system >= OUTSIDE + OUTSIDE_ON_SKI and chance // 16384 % 20 == 0 else "No",
        },
        "roles": [_role(chance // 32 + place, place) for place in range(chance // 65536 % 3)],
        "localKLEDeviations": {"addedKLE": [], "removedKLE": []},
        "externalReferences": [],
        "outgoingSystemRelations": [],
    }


def _modified(chance: int, day: date) -> str:
    """A moment before the status date: one that lasts once it has passed."""
    changed = date(2021, 1, 1) + timedelta(days=chance % 800)
    while changed > day:
        changed -= timedelta(days=800)
    return f"{changed}T{7 + chance % 10:02}:{chance % 60:02}:00Z"


def _person(number: int) -> dict[str, str]:
    place = number % len(PERSONS)
    return {"uuid": sample_uuid("kitos_person", place), "name": PERSONS[place]}


def _role(chance: int, place: int) -> dict[str, dict[str, str]]:
    person = _person(chance)
    email = f"{person['name'].lower().replace(' ', '.').replace('ø', 'oe')}@eksempel.invalid"
    return {
        "role": {"uuid": sample_uuid("kitos_role", place), "name": ROLES[place]},
        "user": {**person, "email": email},
    }
