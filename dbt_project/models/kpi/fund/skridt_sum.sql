-- The steps that municipalities share, by what most of them call it.
with

titler as (
    select
        maaned,
        slags,
        it_system_uuid,
        it_system,
        titel,
        count(*) as kommuner
    from {{ ref('skridt') }}
    where valg = 'valgt'
    group by maaned, slags, it_system_uuid, it_system, titel
),

ordnet as (
    select
        *,
        row_number() over (
            partition by maaned, slags, it_system_uuid, it_system order by kommuner desc, titel asc
        ) as nummer
    from titler
)

select
    maaned,
    slags,
    it_system_uuid,
    it_system,
    max(titel) filter (where nummer = 1) as titel,
    cast(sum(kommuner) as integer) as kommuner,
    {{ er_anonym('sum(kommuner)') }} as er_anonym
from ordnet
group by maaned, slags, it_system_uuid, it_system
