"""What is known of a delivery: what came and what became of it, and what people decided. Facts alone.

Which delivery of a period counts follows from them in ``standing``.
"""

from dataclasses import dataclass, fields
from typing import Any, Literal

from expectations.findings import Finding

Status = Literal["indlaest", "delvis_karantaene", "afvist"]
ACCEPTED: tuple[Status, ...] = ("indlaest", "delvis_karantaene")
Action = Literal["godkendt", "trukket_tilbage", "genindsat", "tilbageholdt"]


@dataclass(frozen=True)
class Delivery:
    """One delivery and what became of it.

    Rows and sums satisfy received = loaded + quarantined; the database refuses anything else.
    ``parquet`` is relative to the lake's folder and empty for a refused delivery. ``noter`` say what of it was left
    unread.
    """

    leverance_id: str
    kilde: str
    periode: str
    fil: str
    sha256: str
    modtaget: str
    profil: str
    status: Status
    raekker_modtaget: int
    raekker_indlaest: int
    raekker_karantaene: int
    sum_modtaget: int
    sum_indlaest: int
    sum_karantaene: int
    parquet: str
    parquet_sha256: str
    aarsager: tuple[Finding, ...] = ()
    noter: tuple[str, ...] = ()
    raekkefoelge: int = 0

    @property
    def accepted(self) -> bool:
        return self.status in ACCEPTED


@dataclass(frozen=True)
class Event:
    """A decision about a delivery: by a person, or ``tilbageholdt`` by the platform when it came.

    ``efter`` is the newest delivery at the time, so that decisions and deliveries have one order.
    ``nummer`` and ``efter`` are given by the log.
    """

    leverance_id: str
    handling: Action
    hvem: str
    hvornaar: str
    grund: str
    nummer: int = 0
    efter: int = 0


def from_record(values: dict[str, Any]) -> Delivery:
    """A delivery as a manifest holds it, also one from before a field was added."""
    known = {f.name for f in fields(Delivery)}
    values = {name: value for name, value in values.items() if name in known}
    values["aarsager"] = tuple(Finding(**finding) for finding in values.get("aarsager", ()))
    values["noter"] = tuple(values.get("noter", ()))
    return Delivery(**values)
