"""What the marts say of one municipality, as rows. The potential analysis and the web pages show them."""

from typing import Any

from kdi.notation import danish
from kdi.report.edition import Edition
from kdi.report.web_blocks import STATES

Rows = list[dict[str, Any]]


class SystemNames:
    """Names for readers, each of one system only: ``marts.dim_it_system`` decides them."""

    def __init__(self, edition: Edition) -> None:
        rows = edition.rows("select navn, uuid, visningsnavn from marts.dim_it_system")
        self._shown = {(r["navn"], r["uuid"]): r["visningsnavn"] for r in rows}

    def __call__(self, row: dict[str, Any]) -> str:
        return str(self._shown.get((row["it_system"], row["it_system_uuid"]), row["it_system"]))


def potential_of(edition: Edition, cvr: str) -> Rows:
    """System × mandatory interface of one municipality, asked for all of them at once."""
    return edition.rows_of(
        cvr,
        """select * from kpi.potentiale where maaned = $maaned
        order by it_system collate da, it_system_uuid, snitflade""",
    )


def totals_of(edition: Edition, cvr: str) -> dict[str, Any]:
    """The possible uses of one municipality added up; empty where there are none."""
    return next(iter(edition.rows_of(cvr, "select * from kpi.potentiale_kommune where maaned = $maaned")), {})


def lacking(totals: dict[str, Any]) -> str:
    """How many of the systems with demands lack something, of a row of ``kpi.potentiale_kommune``."""
    some, whole = (danish.number(totals.get(name, 0)) for name in ("systemer_mangler", "systemer"))
    return f"{some} af {whole} systemer mangler mindst én krævet snitflade"


def states_of(totals: dict[str, Any]) -> dict[str, int]:
    """Uses by state, of a row of ``kpi.potentiale_kommune`` or ``_k98``; none where nothing is possible."""
    return {state: totals.get("realiseret" if state == "i_brug" else state, 0) for state in STATES}


def users_of(edition: Edition, visible: frozenset[str]) -> dict[tuple[str | None, str, str], list[str]]:
    """Names of the municipalities that call an interface through a system, of those who may be named."""
    found: dict[tuple[str | None, str, str], list[str]] = {}
    for r in edition.rows(
        """select it_system_uuid, it_system, snitflade, kommune from kpi.potentiale
        where maaned = $maaned and status = 'realiseret' and list_contains($synlige, cvr)
        order by kommune collate da""",
        synlige=sorted(visible),
    ):
        found.setdefault((r["it_system_uuid"], r["it_system"], r["snitflade"]), []).append(r["kommune"])
    return found


def shifts(edition: Edition, cvr: str) -> Rows:
    """What is used now and was not in the month compared with (``realiseret``), or no longer (``bortfaldet``)."""
    if not edition.is_comparable(edition.before):
        return []
    now, then = _uses_of(edition, cvr, "maaned"), _uses_of(edition, cvr, "foer")
    changed = [
        row | {"skift": "realiseret" if row["status"] == "realiseret" else "bortfaldet"}
        for key, row in now.items()
        if key in then and "realiseret" in (row["status"], then[key]["status"]) and row["status"] != then[key]["status"]
    ]
    # what is new stands first
    return sorted(changed, key=lambda r: r["skift"] == "bortfaldet")


def _uses_of(edition: Edition, cvr: str, month: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    rows = edition.rows_of(
        cvr,
        f"""select * from kpi.potentiale where maaned = ${month}
        order by kald_12m desc, it_system, snitflade""",
    )
    return {(r["it_system_uuid"], r["it_system"], r["snitflade"]): r for r in rows}


def deviations(edition: Edition, cvr: str) -> Rows:
    """Findings of the three months that end with the edition's, the newest first."""
    return edition.rows(
        """select * from kpi.afvigelser
        where cvr = $cvr and fra <= $slut and til >= $kvartalets_foerste
        order by til desc, score desc, it_system, service, version""",
        cvr=cvr,
    )


def systems_in_use(edition: Edition, cvr: str) -> Rows:
    """The municipality's IT systems as registers and calls tell them: who says so, and calls in 12 months."""
    return edition.rows_of(
        cvr,
        """select * from kpi.systemanvendelse where maaned = $maaned
        order by it_system collate da, it_system_uuid""",
    )


def units_in_sapa(edition: Edition, cvr: str) -> dict[str, Any]:
    """How many of the municipality's units have access to SAPA and how many look up; empty when none is told."""
    return next(
        iter(edition.rows_of(cvr, "select * from kpi.sapa_sum where maaned = $maaned and niveau = 'myndighed'")), {}
    )
