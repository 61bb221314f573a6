"""The role that follows the agreements, beside one role per municipality: who signs in decides what is seen.

``laesere.csv`` says which municipality a user of the service (user principal name) reads for; ``aftaler.csv`` who
shares with whom. Both are written into the model. An agreement holds by its dates on the day the model is refreshed,
and a user in neither file sees nothing.
"""

import csv
from pathlib import Path

from kdi.settings import PROJECT_ROOT
from powerbi.semantic import Model, Role, stable_id

READERS = PROJECT_ROOT / "powerbi" / "laesere.csv"
AGREEMENTS = PROJECT_ROOT / "reference" / "aftaler.csv"
TABLE = "Læseradgang"


def role_by_agreement(model: Model) -> Role:
    """The dynamic role; what is KOMBIT's only is closed as for the others."""
    of_municipality = next(r for r in model.roles if r.dax)
    own = f"'{TABLE}'[_bruger] = USERPRINCIPALNAME ()"
    seen = f"'Myndighed'[_myndighed_id] IN CALCULATETABLE ( VALUES ( '{TABLE}'[_myndighed_id] ), {own} )"
    return Role("Efter aftaler", seen, of_municipality.closed, of_municipality.closed_columns)


def access_query(readers: Path = READERS, agreements: Path = AGREEMENTS) -> str:
    """Power Query for the table of users and the authorities they may see."""
    users = _records(readers, ("bruger", "cvr"))
    shared = _records(agreements, ("cvr", "deler_med_cvr", "fra", "til"))
    return f"""let
    Laesere = Table.FromRecords({{{users}}}, type table [bruger = text, cvr = text]),
    Aftaler = Table.TransformColumnTypes(
        Table.FromRecords(
            {{{shared}}},
            type table [cvr = text, deler_med_cvr = text, fra = nullable text, til = nullable text]
        ),
        {{{{"fra", type date}}, {{"til", type date}}}},
        "en-US"
    ),
    Idag = Date.From(DateTimeZone.ToLocal(DateTimeZone.UtcNow())),
    Gaelder = Table.SelectRows(Aftaler, each ([fra] = null or [fra] <= Idag) and ([til] = null or [til] >= Idag)),
    Deler = (laeser as text) as list =>
        Table.SelectRows(Gaelder, each [deler_med_cvr] = laeser or [deler_med_cvr] = "alle")[cvr],
    Ser = Table.AddColumn(Laesere, "ser", each List.Distinct({{[cvr]}} & Deler([cvr]))),
    Hver = Table.ExpandListColumn(Ser, "ser"),
    Med_myndighed_id = Table.AddColumn(Hver, "myndighed_id", each Int64.From([ser]), Int64.Type),
    Kolonner = Table.SelectColumns(Med_myndighed_id, {{"bruger", "myndighed_id"}})
in
    Kolonner"""


def access_columns() -> list[tuple[str, str, str, str]]:
    """Name, source, type and lineage of the table's columns."""
    kinds = {"bruger": "string", "myndighed_id": "int64"}
    return [(f"_{c}", c, kind, stable_id(TABLE, "column", c)) for c, kind in kinds.items()]


def _records(path: Path, columns: tuple[str, ...]) -> str:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    return ", ".join("[" + ", ".join(f"{c} = {_text(row[c])}" for c in columns) + "]" for row in rows)


def _text(value: str) -> str:
    return '"' + value.strip().replace('"', '""') + '"' if value.strip() else "null"
