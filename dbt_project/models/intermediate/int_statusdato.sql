-- Which lists are in force at a status date: the newest on or before it, or else the first.
with

lister as (
    select distinct
        'onboarding' as kilde,
        statusdato
    from {{ ref('stg_onboarding__klarmelding') }}

    union all

    select distinct
        'ski' as kilde,
        statusdato
    from {{ ref('stg_ski__krav') }}
),

datoer as (
    select distinct statusdato from lister
)

select
    datoer.statusdato,
    coalesce(
        max(lister.statusdato) filter (
            where lister.kilde = 'onboarding' and lister.statusdato <= datoer.statusdato
        ),
        min(lister.statusdato) filter (where lister.kilde = 'onboarding')
    ) as onboarding_dato,
    coalesce(
        max(lister.statusdato) filter (where lister.kilde = 'ski' and lister.statusdato <= datoer.statusdato),
        min(lister.statusdato) filter (where lister.kilde = 'ski')
    ) as ski_dato
from datoer
cross join lister
group by datoer.statusdato
