-- Which lists are in force at a status date.
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
    {{ i_kraft('lister.statusdato', 'datoer.statusdato', "lister.kilde = 'onboarding'") }} as onboarding_dato,
    {{ i_kraft('lister.statusdato', 'datoer.statusdato', "lister.kilde = 'ski'") }} as ski_dato
from datoer
cross join lister
group by datoer.statusdato
