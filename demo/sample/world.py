"""The sample world: authorities, suppliers and IT systems, the same on both platforms and in the indexes."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import isqrt
from typing import Literal

from demo.sample.chance import blend, fictional_cvrs, sample_uuid
from demo.sample.names import (
    DECK_SYSTEMS,
    OTHER_AUTHORITIES,
    RENAMED_SYSTEM,
    authority_name,
    supplier_names,
    system_names,
)
from demo.sample.reference import read_reference

Scale = Literal["demo", "full"]

SUPPLIERS = 153
SYSTEMS = 758
"""677 systems on Serviceplatformen, and 81 that only Støttesystemerne know."""
JOBCENTER = 0
NATIONAL_SYSTEMS = (1, 10)
"""Systems in use by every authority: KMD Nexus and STSOrgSync."""
RENAME_MONTH = date(2022, 9, 1)
DEMO_SYSTEMS = frozenset(range(24)) - {7, 8}


@dataclass(frozen=True)
class Authority:
    """A municipality or another authority; `weight` grows with its size."""

    cvr: str
    name: str
    kommune: str | None
    weight: int


@dataclass(frozen=True)
class ItSystem:
    """An IT system of a supplier; one of them changes its name."""

    number: int
    uuid: str
    name: str
    supplier_cvr: str
    supplier_name: str

    def name_in(self, day: date) -> str:
        """The name the deliveries of that day carry."""
        if self.name == RENAMED_SYSTEM[0] and day >= RENAME_MONTH:
            return RENAMED_SYSTEM[1]
        return self.name


@dataclass(frozen=True)
class World:
    """Everybody who can appear in a delivery of one scale."""

    scale: Scale
    authorities: list[Authority]
    systems: list[ItSystem]

    def includes(self, system: int) -> bool:
        """Whether the system appears in deliveries of this scale."""
        return self.scale == "full" or system in DEMO_SYSTEMS

    def users_of(self, system: int, count: int, among: int | None = None) -> list[Authority]:
        """The `count` authorities most inclined to use a system, out of the first `among`; larger ones rather."""
        ranked = [place for place in self._inclinations[system] if among is None or place[1] < among]
        return [self.authorities[index] for _, index in ranked[:count]]

    @cached_property
    def _inclinations(self) -> dict[int, list[tuple[int, int]]]:
        return {
            system.number: sorted(
                (blend(11, system.number, index) // authority.weight, index)
                for index, authority in enumerate(self.authorities)
            )
            for system in self.systems
        }

    @cached_property
    def jobcenter_users(self) -> list[Authority]:
        """The 41 municipalities of the deck's roll-out example, those it names first."""
        named = set(DECK_JOBCENTER_USERS)
        first = [a for a in self.authorities if a.kommune in named]
        rest = [a for a in self.users_of(JOBCENTER, 108, among=98) if a.kommune not in named]
        return [*first, *rest][:41]


DECK_JOBCENTER_USERS = (
    "Aabenraa", "Aalborg", "Albertslund", "Brøndby", "Brønderslev", "Dragør", "Egedal", "Faaborg-Midtfyn",
    "Fredericia", "Frederikshavn", "Furesø", "Gladsaxe", "Glostrup", "Sønderborg", "Halsnæs", "Høje-Taastrup",
    "Rødovre", "Mariagerfjord",
)  # fmt: skip


def _authorities() -> list[Authority]:
    population = {
        row["kommune_kode"]: int(row["folketal"]) for row in read_reference("folketal") if row["kvartal"] == "2020K1"
    }
    municipalities = [
        Authority(
            cvr=row["cvr"],
            name=authority_name(row["navn"]),
            kommune=row["navn"],
            weight=isqrt(population[row["kommune_kode"]]),
        )
        for row in read_reference("kommuner")
    ]
    cvrs = fictional_cvrs(len(OTHER_AUTHORITIES))
    others = [Authority(cvr, name, None, 40) for cvr, name in zip(cvrs, OTHER_AUTHORITIES, strict=True)]
    return [*municipalities, *others]


def _systems() -> list[ItSystem]:
    cvrs = fictional_cvrs(len(OTHER_AUTHORITIES) + SUPPLIERS)[len(OTHER_AUTHORITIES) :]
    suppliers = list(zip(cvrs, supplier_names(SUPPLIERS), strict=True))
    systems = []
    for number, name in enumerate(system_names(SYSTEMS)):
        if name.startswith("KMD "):
            owner = 0
        elif name in DECK_SYSTEMS:
            owner = 1 + DECK_SYSTEMS.index(name)
        elif number < SUPPLIERS:
            owner = number
        else:
            owner = blend(12, number) % (1 + blend(13, number) % SUPPLIERS)
        cvr, supplier = suppliers[owner]
        systems.append(ItSystem(number, sample_uuid("it_system", number), name, cvr, supplier))
    return systems


def build_world(scale: Scale) -> World:
    """The world of one scale; demo and full share every name and number."""
    if scale not in ("demo", "full"):
        raise ValueError(f"scale must be 'demo' or 'full', not {scale!r}")
    return World(scale, _authorities(), _systems())
