-- Every unit is followed from its first month on; a month in which it is not delivered has no look-ups.
with

maaneder as (
    select distinct maaned from {{ ref('fct_sapa_opslag') }}
),

enheder as (
    select
        myndighed_id,
        org_enhed_uuid,
        min(maaned) as foerste_maaned
    from {{ ref('fct_sapa_opslag') }}
    group by myndighed_id, org_enhed_uuid
),

fulgt as (
    select
        maaneder.maaned,
        enheder.myndighed_id,
        enheder.org_enhed_uuid,
        opslag.org_enhed_navn,
        opslag.antal_brugere,
        coalesce(opslag.antal_opslag, 0) as antal_opslag
    from enheder
    inner join maaneder on enheder.foerste_maaned <= maaneder.maaned
    left join {{ ref('fct_sapa_opslag') }} as opslag
        on
            maaneder.maaned = opslag.maaned
            and enheder.myndighed_id = opslag.myndighed_id
            and enheder.org_enhed_uuid = opslag.org_enhed_uuid
),

vindue as (
    select
        *,
        last_value(org_enhed_navn ignore nulls) over hidtil as navn,
        last_value(antal_brugere ignore nulls) over hidtil as brugere,
        sum(antal_opslag) over (
            partition by myndighed_id, org_enhed_uuid order by maaned
            range between interval 11 month preceding and current row
        ) as opslag_12m,
        max(case when antal_opslag > 0 then maaned end) over hidtil as seneste_opslag,
        min(maaned) over hidtil as foerste_maaned
    from fulgt
    window hidtil as (
        partition by myndighed_id, org_enhed_uuid order by maaned
        rows between unbounded preceding and current row
    )
)

select
    vindue.maaned,
    myndighed.cvr,
    myndighed.navn as kommune,
    vindue.org_enhed_uuid,
    vindue.navn as org_enhed,
    cast(vindue.brugere as bigint) as brugere,
    cast(vindue.antal_opslag as bigint) as opslag,
    cast(vindue.opslag_12m as bigint) as opslag_12m,
    vindue.antal_opslag / nullif(cast(vindue.brugere as double), 0) as opslag_pr_bruger,
    vindue.seneste_opslag,
    -- a unit without any look-up has been silent since before its first month
    cast(
        date_diff(
            'month',
            coalesce(vindue.seneste_opslag, {{ dbt.dateadd('month', -1, 'vindue.foerste_maaned') }}),
            vindue.maaned
        ) as integer
    ) as maaneder_stille,
    vindue.brugere > 0 and vindue.antal_opslag = 0 as er_stille
from vindue
inner join {{ ref('dim_myndighed') }} as myndighed on vindue.myndighed_id = myndighed.myndighed_id
