"""A platform of one's own that takes samples in.

A test module puts many files of different periods in one inbox, takes them in once, and looks at
each by its label. Unless a sample says otherwise a day is three hours of a winter day, with 100,
20 and 3 calls: small enough to do the sums in the head.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from samples import deliveries

from expectations.findings import Finding
from expectations.profiles import Profile, profiles
from kdi.ingest.intake import Intake, take_in
from kdi.installation import Installation
from kdi.lake.delivery import Delivery
from kdi.lake.standing import active_in
from kdi.settings import Settings

Row = dict[str, str]

HOURLY = profiles()["stoettesystemerne"]
MONTHLY = profiles()["serviceplatformen"]
KLE = profiles()["kle"]
ONBOARDING = profiles()["onboarding"]
SKI = profiles()["ski"]
USES = profiles()["systemanvendelse"]
KITOS = profiles()["kitos"]
SAPA = profiles()["sapa"]

NEXUS = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
AELDREPLEJEN = deliveries.System("Ældreplejen Åben", own_uuid=NEXUS)
HOURLY_COLUMNS = (
    "tidspunkt", "myndighed_cvr", "myndighed_navn", "it_system_uuid", "it_system_navn", "stoettesystem", "service",
    "antal_kald",
)  # fmt: skip


def call(tidspunkt: str, antal_kald: object = 1, **changes: str) -> Row:
    """One row of the hourly feed: Brønderslev's calls in one hour."""
    return {**deliveries.call(tidspunkt, "Brønderslev", AELDREPLEJEN, antal_kald, "Bruger"), **changes}


def three_hours(day: str, **second: str) -> list[Row]:
    """100, 20 and 3 calls in the first hours of a winter day; ``second`` changes the second row."""
    rows = [call(f"{day}T{hour:02}:00:00+01:00", count) for hour, count in enumerate((100, 20, 3))]
    rows[1].update(second)
    return rows


def many_rows(day: str, number: int, faulty: Mapping[int, Row] | None = None) -> list[Row]:
    """``number`` rows of one call each, told apart by service; ``faulty`` changes rows by number, from 1."""
    changes = faulty or {}
    return [
        {**call(f"{day}T08:00:00+01:00"), "service": f"Service {n}", **changes.get(n, {})} for n in range(1, number + 1)
    ]


@cache
def _reader() -> duckdb.DuckDBPyConnection:
    """A plain DuckDB of the tests' own, opened once."""
    return duckdb.connect()


@dataclass(frozen=True)
class Sample:
    """A delivery for a day yet to be chosen."""

    content: Callable[[str], bytes]
    suffix: str = ".csv"


@dataclass(frozen=True)
class Outcome:
    """What became of one delivery."""

    delivery: Delivery
    quarantine: Path
    lake: Path
    inbox_file: Path

    @property
    def status(self) -> str:
        return self.delivery.status

    @property
    def codes(self) -> set[str]:
        return {f.kode for f in self.delivery.aarsager}

    @property
    def messages(self) -> str:
        return "\n".join(str(f) for f in self.delivery.aarsager)

    def finding(self, code: str) -> Finding:
        """The only finding of this code."""
        (found,) = [f for f in self.delivery.aarsager if f.kode == code]
        return found

    def place(self, code: str) -> tuple[str | None, int | None]:
        """Column and row of the only finding of this code."""
        found = self.finding(code)
        return found.kolonne, found.raekke

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows in the lake, read by plain DuckDB; none for a refused delivery."""
        if not self.delivery.parquet:
            return []
        relation = _reader().execute("select * from read_parquet(?)", [str(self.lake / self.delivery.parquet)])
        return relation.to_arrow_table().to_pylist()

    def column(self, name: str) -> list[Any]:
        """One column's values, sorted."""
        return sorted(row[name] for row in self.rows)

    def column_counts(self, name: str) -> Counter[Any]:
        """How many rows have each value of one column."""
        return Counter(row[name] for row in self.rows)

    @property
    def manifest(self) -> dict[str, Any]:
        text = (self.lake / self.delivery.parquet).with_suffix(".json").read_text(encoding="utf-8")
        manifest: dict[str, Any] = json.loads(text)
        return manifest

    @property
    def raw_file_kept(self) -> bool:
        """Whether the delivery's own bytes lie in quarantine."""
        kept = self.quarantine / self.inbox_file.name
        return kept.exists() and kept.read_bytes() == self.inbox_file.read_bytes()

    @property
    def quarantined_files(self) -> set[str]:
        return {p.name for p in self.quarantine.iterdir()} if self.quarantine.exists() else set()


@dataclass
class Platform:
    """An installation in a folder of its own, with its inbox beside it."""

    folder: Path
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        self.settings = Settings(
            home=self.folder / "home", inbox=str(self.folder / "inbox"), settle_seconds=0, memory_limit="500MB"
        )

    @property
    def parts(self) -> Installation:
        """What its settings make of it, as they are now."""
        return Installation(self.settings)

    def path(self, source: str, name: str) -> Path:
        return self.folder / "inbox" / source / name

    def put(self, source: str, name: str, content: bytes) -> Path:
        """Deliver a file."""
        path = self.path(source, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def take_in(self, profile: Profile) -> Intake:
        return take_in(self.parts.reception, profile)

    @property
    def log(self) -> list[Delivery]:
        return self.parts.lake.log.all()

    @property
    def active(self) -> dict[str, Delivery]:
        return {d.periode: d for d in active_in(self.parts.lake.log)}

    def outcome(self, delivery: Delivery) -> Outcome:
        return Outcome(
            delivery,
            self.settings.quarantine / delivery.leverance_id,
            self.settings.lake,
            self.path(delivery.kilde, delivery.fil),
        )

    def kept_files(self) -> list[Path]:
        """Every file that the platform has made or kept."""
        return [p for p in self.settings.root.rglob("*") if p.is_file()]


@dataclass(frozen=True)
class Received:
    """Samples taken in together, to be looked up by label."""

    platform: Platform
    intake: Intake
    outcomes: dict[str, Outcome]

    def __getitem__(self, label: str) -> Outcome:
        return self.outcomes[label]

    def warned(self, demand: str) -> set[str]:
        """Labels of the deliveries that break a demand of the gate."""
        (failed,) = [v.failed for v in self.intake.verdicts if v.demand.name == demand]
        return {label for label, o in self.outcomes.items() if o.delivery.leverance_id in failed}


def receive(
    folder: Path, profile: Profile, samples: Mapping[str, Sample], first_day: date = date(2022, 1, 3)
) -> Received:
    """Deliver each sample on a day of its own, take all of them in at once."""
    platform = Platform(folder)
    names: dict[str, str] = {}
    for number, (label, sample) in enumerate(samples.items()):
        day = (first_day + timedelta(days=number)).isoformat()
        names[label] = f"{profile.source}_{day}{sample.suffix}"
        platform.put(profile.source, names[label], sample.content(day))
    intake = platform.take_in(profile)
    by_name = {d.fil: platform.outcome(d) for d in intake.deliveries}
    return Received(platform, intake, {label: by_name[name] for label, name in names.items()})


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def assert_books_balance(platform: Platform) -> None:
    """Received = loaded + quarantined, in rows and calls, and the lake holds exactly what was loaded."""
    assert platform.log
    for delivery in platform.log:
        assert delivery.raekker_modtaget == delivery.raekker_indlaest + delivery.raekker_karantaene, delivery
        assert delivery.sum_modtaget == delivery.sum_indlaest + delivery.sum_karantaene, delivery
        rows = platform.outcome(delivery).rows
        measure = profiles()[delivery.kilde].measure
        total = sum(row[measure.name] or 0 for row in rows) if measure else len(rows)
        assert len(rows) == delivery.raekker_indlaest, delivery
        assert total == delivery.sum_indlaest, delivery
        assert bool(delivery.parquet) == (delivery.status != "afvist"), delivery
