"""Deliveries, periods and months as tables that dbt reads as its source ``lake``."""

from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from expectations.profiles import profiles
from kdi.building.status import Status
from kdi.lake.standing import Standing

_TEXT, _DAY = pa.string(), pa.date32()
_DELIVERIES = pa.schema(
    {
        **dict.fromkeys(("leverance_id", "kilde", "periode", "fil", "sha256", "modtaget", "status"), _TEXT),
        **dict.fromkeys(("raekker_modtaget", "raekker_indlaest", "raekker_karantaene", "sum_indlaest"), pa.int64()),
        "er_aktiv": pa.bool_(),
        **dict.fromkeys(("publiceret_i", "tilstand", "afgoerelse", "begrundelse", "afgjort", "noter"), _TEXT),
    }
)
_PERIODS = pa.schema(
    {
        "statusdato": _DAY,
        "kilde": _TEXT,
        "periode": _TEXT,
        **dict.fromkeys(("periode_til", "forventet", "frist"), _DAY),
        "status": _TEXT,
        "alder_dage": pa.int32(),
        "leverance_id": _TEXT,
    }
)
_MONTHS = pa.schema(
    {
        "statusdato": _DAY,
        "maaned": _DAY,
        "platform": _TEXT,
        "status": _TEXT,
        "forventede": pa.int32(),
        "modtagne": pa.int32(),
        "frist": _DAY,
        "kan_bruges": pa.bool_(),
        "er_nyeste": pa.bool_(),
    }
)


def write_status(
    connection: duckdb.DuckDBPyConnection, status: Status, published: Mapping[str, str], publication_id: str
) -> None:
    """Write ``lake.leverancer``, ``lake.perioder`` and ``lake.maaneder``.

    Args:
        published: publication in which each delivery first came.
        publication_id: the one being built, in which all that count will be.
    """
    periods = [
        {
            "statusdato": status.on, "kilde": p.source, "periode": p.name or None, "periode_til": p.last_day,
            "forventet": p.due, "frist": p.limit, "status": p.state, "alder_dage": p.age,
            "leverance_id": p.delivery_id,
        }
        for of_source in status.periods.values()
        for p in of_source
    ]  # fmt: skip
    months = [
        {
            "statusdato": status.on, "maaned": m.month, "platform": m.platform, "status": m.state,
            "forventede": m.expected, "modtagne": m.received, "frist": m.limit,
            "kan_bruges": m.is_readable, "er_nyeste": m.is_newest,
        }
        for m in status.months
    ]  # fmt: skip
    # one row per delivery: of a file that was refused and then accepted as it is, the last reading counts
    last = {s.delivery.leverance_id: s for s in status.standings}
    deliveries = [_delivery(s, published, publication_id) for s in last.values()]
    for name, schema, rows in (
        ("leverancer", _DELIVERIES, deliveries), ("perioder", _PERIODS, periods), ("maaneder", _MONTHS, months),
    ):  # fmt: skip
        connection.register("status_raekker", pa.Table.from_pylist(rows, schema=schema))
        connection.execute(f"create or replace table lake.{name} as select * from status_raekker")
        connection.unregister("status_raekker")


def _delivery(standing: Standing, published: Mapping[str, str], publication_id: str) -> dict[str, Any]:
    """A row of the log. Who decided stays in the log's own file: it is nothing that readers need."""
    d, in_force = standing.delivery, standing.state == "gaelder"
    return {
        "leverance_id": d.leverance_id,
        "kilde": d.kilde,
        "periode": d.periode,
        "fil": d.fil,
        "sha256": None if profiles()[d.kilde].hides_counts else d.sha256,
        "modtaget": d.modtaget[:19],
        "status": d.status,
        "raekker_modtaget": d.raekker_modtaget,
        "raekker_indlaest": d.raekker_indlaest,
        "raekker_karantaene": d.raekker_karantaene,
        "sum_indlaest": d.sum_indlaest,
        "er_aktiv": in_force,
        "publiceret_i": (published.get(d.leverance_id) or (publication_id if in_force else None))
        if d.accepted
        else None,
        "tilstand": standing.state,
        "afgoerelse": standing.event.handling if standing.event else None,
        "begrundelse": standing.reason or None,
        "afgjort": standing.event.hvornaar[:19] if standing.event else None,
        "noter": " ".join(d.noter) or None,
    }
