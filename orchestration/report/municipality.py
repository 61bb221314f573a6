"""What the marts say of one municipality, as rows. The potential analysis and the web pages show them."""

from datetime import date
from typing import Any

from orchestration.report.edition import Edition

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


def expected(row: dict[str, Any]) -> float | None:
    """Expected calls, when enough municipalities stand behind them that none shows through."""
    return row["forventede_kald"] if row["er_anonym"] else None


def shifts(edition: Edition, cvr: str) -> Rows:
    """What is used now and was not in the month compared with (``realiseret``), or no longer (``bortfaldet``)."""
    if edition.before is None:
        return []
    return edition.rows(
        """select nu.it_system_uuid, nu.it_system, nu.snitflade, nu.snitflade_navn, nu.kald_12m,
            case when nu.status = 'realiseret' then 'realiseret' else 'bortfaldet' end as skift
        from kpi.potentiale as nu
        inner join kpi.potentiale as foer on nu.cvr = foer.cvr and nu.it_system = foer.it_system
            and nu.it_system_uuid is not distinct from foer.it_system_uuid and nu.snitflade = foer.snitflade
        where nu.maaned = $maaned and foer.maaned = $foer and nu.cvr = $cvr
            and (nu.status = 'realiseret') <> (foer.status = 'realiseret')
        order by skift desc, nu.kald_12m desc, nu.it_system, nu.snitflade""",
        cvr=cvr,
    )


def deviations(edition: Edition, cvr: str) -> Rows:
    """Findings of the three months that end with the edition's, the newest first."""
    return edition.rows(
        """select * from kpi.afvigelser
        where cvr = $cvr and fra <= $sidste and til >= $foerste
        order by til desc, score desc, it_system, service, version""",
        cvr=cvr,
        foerste=months_of_quarter(edition)[0],
        sidste=edition.month_end,
    )


def systems_in_use(edition: Edition, cvr: str) -> Rows:
    """The municipality's IT systems as registers and calls tell them: who says so, and calls in 12 months."""
    return edition.rows(
        """with gaeldende as (
            select register, coalesce(max(statusdato) filter (where statusdato <= $slut), min(statusdato)) as statusdato
            from marts.fct_systemanvendelse group by register
        ),
        register as (
            select brug.it_system_id, string_agg(distinct brug.kilde, ', ' order by brug.kilde) as kilder,
                min(brug.i_brug_fra) as i_brug_fra
            from marts.fct_systemanvendelse as brug
            inner join gaeldende on brug.register = gaeldende.register and brug.statusdato = gaeldende.statusdato
            inner join marts.dim_myndighed as m on brug.myndighed_id = m.myndighed_id
            where m.cvr = $cvr and coalesce(brug.i_brug_fra <= $slut, true)
                and coalesce(brug.i_brug_til >= $maaned - interval 11 month, true)
            group by brug.it_system_id
        ),
        kald as (
            select k.it_system_id, cast(sum(k.antal_kald) as bigint) as kald
            from marts.fct_kald_maaned as k
            inner join marts.dim_myndighed as m on k.myndighed_id = m.myndighed_id
            where m.cvr = $cvr and k.maaned <= $maaned and k.maaned > $maaned - interval 12 month
            group by k.it_system_id having sum(k.antal_kald) > 0
        )
        select system.uuid as it_system_uuid, system.navn as it_system, leverandoer.navn as leverandoer,
            register.kilder, coalesce(kald.kald, 0) as kald
        from marts.dim_it_system as system
        inner join marts.dim_leverandoer as leverandoer on system.leverandoer_id = leverandoer.leverandoer_id
        left join register on system.it_system_id = register.it_system_id
        left join kald on system.it_system_id = kald.it_system_id
        where register.it_system_id is not null or kald.it_system_id is not null
        order by system.navn collate da, system.uuid""",
        cvr=cvr,
        slut=edition.month_end,
    )


def months_of_quarter(edition: Edition) -> tuple[date, date]:
    """First and last day of the three months that end with the edition's."""
    place = edition.month.year * 12 + edition.month.month - 3
    return date(place // 12, place % 12 + 1, 1), edition.month_end
