-- The systems that a municipality uses in the month of the status date, or in the loaded month before it.
with

maaneder as (
    select distinct maaned from {{ ref('int_indlaeste_maaneder') }}
),

datoer as (
    select
        klarmelding.statusdato,
        coalesce(
            max(maaneder.maaned) filter (where maaneder.maaned <= klarmelding.statusdato),
            min(maaneder.maaned)
        ) as maaned
    from (select distinct statusdato from {{ ref('fct_klarmelding') }}) as klarmelding
    cross join maaneder
    group by klarmelding.statusdato
),

pr_system as (
    select
        statusdato,
        it_system_id,
        count(*) filter (
            where coalesce(klarmelding, '') not in ('Irrelevant', 'Administrativt fjernet')
        ) as obligatoriske,
        count(*) filter (where klarmelding = 'Klarmeldt') as klarmeldte,
        count(*) filter (where klarmelding = 'Delvis') as delvise
    from {{ ref('fct_klarmelding') }}
    where krav = 'obligatorisk'
    group by statusdato, it_system_id
)

select
    datoer.statusdato,
    datoer.maaned,
    myndighed.cvr,
    myndighed.navn as kommune,
    myndighed.xyz_klasse,
    cast(count(*) as integer) as systemer,
    cast(sum(pr_system.obligatoriske) as integer) as obligatoriske,
    cast(sum(pr_system.klarmeldte) as integer) as klarmeldte,
    cast(sum(pr_system.delvise) as integer) as delvise,
    sum(pr_system.klarmeldte) / nullif(cast(sum(pr_system.obligatoriske) as double), 0) as tilslutningsgrad
from datoer
inner join pr_system on datoer.statusdato = pr_system.statusdato
inner join {{ ref('int_udbredelse__anvendere') }} as brug
    on
        datoer.maaned = brug.maaned
        and pr_system.it_system_id = brug.it_system_id
inner join {{ ref('dim_myndighed') }} as myndighed on brug.myndighed_id = myndighed.myndighed_id
group by datoer.statusdato, datoer.maaned, myndighed.cvr, myndighed.navn, myndighed.xyz_klasse
