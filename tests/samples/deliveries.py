"""Small deliveries as suppliers write them. A row is a call, a month's calls, or a pile of cases.

Municipalities are named, systems are named; CVR numbers and UUIDs follow from the names.
"""

import gzip
import json
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .files import csv_bytes, read_csv

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
GOLDEN = Path(__file__).resolve().parents[1] / "golden"
COPENHAGEN = ZoneInfo("Europe/Copenhagen")

Row = dict[str, Any]


@cache
def kommuner() -> dict[str, Row]:
    """The built-in municipalities by name."""
    return {row["navn"]: row for row in read_csv(REFERENCE / "kommuner.csv")}


def cvr_of(authority: str) -> str:
    """A municipality's CVR number, or an invented one for any other authority."""
    known = kommuner().get(authority)
    return known["cvr"] if known else str(10_000_000 + uuid.uuid5(uuid.NAMESPACE_DNS, authority).int % 9_000_000)


def uuid_of(thing: str) -> str:
    """The UUID of a system or an agreement: always the same for the same name."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, thing))


@dataclass(frozen=True)
class System:
    """An IT system as a supplier names it in one delivery; the UUID follows from ``key``, not from the name."""

    key: str
    name: str = ""
    supplier: str = "Leverandøren A/S"
    own_uuid: str = ""

    def named(self, name: str) -> "System":
        return replace(self, name=name)

    @property
    def uuid(self) -> str:
        return self.own_uuid or uuid_of(self.key)

    @property
    def navn(self) -> str:
        return self.name or self.key


@dataclass(frozen=True)
class Delivery:
    """A file for one period of one source."""

    source: str
    period: str
    rows: tuple[Row, ...]
    suffix: str = ".csv"

    @property
    def name(self) -> str:
        return f"{self.source}_{self.period}{self.suffix}"

    @property
    def content(self) -> bytes:
        content = json.dumps(self.rows).encode() if self.suffix == ".json" else csv_bytes(self.rows)
        return gzip.compress(content, mtime=0) if self.suffix.endswith(".gz") else content


def call(
    moment: str,
    authority: str,
    system: System,
    calls: object,
    service: str = "Bruger Læs",
    register: str = "Organisation",
) -> Row:
    """One row of the hourly feed. ``moment`` is ISO 8601 with its UTC offset."""
    return {
        "tidspunkt": moment,
        "myndighed_cvr": cvr_of(authority),
        "myndighed_navn": f"{authority} Kommune",
        "it_system_uuid": system.uuid,
        "it_system_navn": system.navn,
        "stoettesystem": register,
        "service": service,
        "antal_kald": str(calls),
    }


def day(period: str, *rows: Row, suffix: str = ".csv") -> Delivery:
    """A day of Støttesystemerne."""
    return Delivery("stoettesystemerne", period, rows, suffix)


def hours_of(period: str) -> list[str]:
    """Every hour of a Danish calendar day with its UTC offset: 23, 24 or 25 of them."""
    moment = datetime.fromisoformat(period).replace(tzinfo=COPENHAGEN).astimezone(UTC)
    hours = []
    while (local := moment.astimezone(COPENHAGEN)).date().isoformat() == period:
        hours.append(local.isoformat())
        moment += timedelta(hours=1)
    return hours


def calls_in_month(
    period: str, authority: str, system: System, service: str, calls: int, agreement: str | None = None
) -> Row:
    """One row of the monthly feed; the agreement is by authority and system unless another is named."""
    return {
        "maaned": period,
        "leverandoer_cvr": cvr_of(system.supplier),
        "leverandoer_navn": system.supplier,
        "it_system_uuid": system.uuid,
        "it_system_navn": system.navn,
        "serviceaftale_uuid": uuid_of(agreement or f"{authority}/{system.key}"),
        "myndighed_cvr": cvr_of(authority),
        "myndighed_navn": f"{authority} Kommune",
        "service": service,
        "antal_kald": str(calls),
    }


def month(period: str, *rows: Row, suffix: str = ".csv") -> Delivery:
    """A month of Serviceplatformen."""
    return Delivery("serviceplatformen", period, rows, suffix)


def cases(authority: str, system: System, kle_nummer: str, number: int | str, emne: str = "Et emne") -> Row:
    """One row of the KLE extract; ``number`` is ``<5`` where the source has masked it."""
    return {
        "myndighed_cvr": cvr_of(authority),
        "myndighed_navn": f"{authority} Kommune",
        "it_system_uuid": system.uuid,
        "it_system_navn": system.navn,
        "kle_nummer": kle_nummer,
        "kle_emne": emne,
        "antal_sager": str(number),
    }


def extract(period: str, *rows: Row) -> Delivery:
    """A KLE extract."""
    return Delivery("kle", period, rows)


def status(system: str, uuid: str = "", supplier: str = "Leverandøren A/S", **interfaces: str) -> Row:
    """One row of the onboarding sheet: a system's status on each interface."""
    return {"leverandoer_navn": supplier, "it_system_navn": system, "it_system_uuid": uuid, **interfaces}


def onboarding(period: str, *rows: Row) -> Delivery:
    """The onboarding programme's status sheet."""
    return Delivery("onboarding", period, rows)


def demand(system: str, interface: str, uuid: str = "", krav: str = "obligatorisk") -> Row:
    """One row of SKI's list: an interface that a system has committed itself to."""
    return {
        "leverandoer_navn": "Leverandøren A/S",
        "it_system_navn": system,
        "it_system_uuid": uuid,
        "ydelsesomraade": "Y14 Arbejdsmarked",
        "use_case": "Sagsbehandling",
        "snitflade": interface,
        "krav": krav,
    }


def ski(period: str, *rows: Row) -> Delivery:
    """SKI's list of systems."""
    return Delivery("ski", period, rows)


def in_use(authority: str, system: str, uuid: str = "", fra: str = "", til: str = "", kilde: str = "ADM") -> Row:
    """One row of the list of systems in use."""
    return {
        "myndighed_cvr": cvr_of(authority),
        "it_system_navn": system,
        "it_system_uuid": uuid,
        "kilde": kilde,
        "i_brug_fra": fra,
        "i_brug_til": til,
    }


def systemanvendelse(period: str, *rows: Row, suffix: str = ".csv") -> Delivery:
    """Which municipality uses which system."""
    return Delivery("systemanvendelse", period, rows, suffix)


def usage(authority: str, system: str, valid_from: str | None = None) -> Row:
    """One it-system-usage of KITOS, whose UUIDs are its own; with a person, who must get nowhere."""
    return {
        "uuid": uuid_of(f"kitos/{authority}/{system}"),
        "systemContext": {"uuid": uuid_of(f"kitos/{system}"), "name": system},
        "organizationContext": {"uuid": uuid_of(f"kitos/{authority}"), "name": authority, "cvr": cvr_of(authority)},
        "general": {"validity": {"valid": True, "validFrom": valid_from, "validTo": None}},
        "roles": [{"role": {"name": "Systemejer"}, "user": {"name": "Testesen Hemmelig"}}],
    }


def kitos(period: str, *rows: Row) -> Delivery:
    """KITOS' usages as its API gives them."""
    return Delivery("kitos", period, rows, ".json")


def lookups(period: str, authority: str, unit: str, users: int, number: int) -> Row:
    """One row of the SAPA list."""
    return {
        "maaned": period,
        "myndighed_cvr": cvr_of(authority),
        "org_enhed_uuid": uuid_of(f"{authority}/{unit}"),
        "org_enhed_navn": unit,
        "antal_brugere": str(users),
        "antal_opslag": str(number),
    }


def sapa(period: str, *rows: Row) -> Delivery:
    """A month of SAPA's use."""
    return Delivery("sapa", period, rows)
