-- The whole of the possible beside the agreements there are, and like for like.
with

maaneder as (
    select
        maaned,
        ski_dato
    from {{ ref('int_tragt__maaneder') }}
    where ski_dato is not null
),

kommuner as (
    select count(*) as kommuner
    from {{ ref('dim_myndighed') }}
    where type = 'kommune'
),

liste as (
    select
        statusdato,
        count(distinct it_system_id) as ski_systemer,
        count(*) filter (where krav = 'obligatorisk') as obligatoriske_par
    from {{ ref('int_ski__krav') }}
    group by statusdato
),

aftale as (
    select
        uuid,
        min(maaned) as maaned
    from {{ ref('int_serviceaftale__set') }}
    where uuid is not null
    group by uuid
),

aftaler as (
    select
        maaneder.maaned,
        count(*) as serviceaftaler
    from maaneder
    inner join aftale on maaneder.maaned >= aftale.maaned
    group by maaneder.maaned
),

i_brug as (
    select
        maaned,
        sum(mulige) as mulige_i_brug,
        sum(med_aftale) as med_aftale,
        sum(realiseret) as med_kald,
        count(distinct kun_register) as kitos_systemer
    from {{ ref('int_teknisk_gaeld') }}
    group by maaned
)

select
    maaneder.maaned,
    cast(kommuner.kommuner as integer) as kommuner,
    cast(liste.ski_systemer as integer) as ski_systemer,
    cast(liste.obligatoriske_par as integer) as obligatoriske_par,
    cast(kommuner.kommuner * liste.obligatoriske_par as bigint) as muligt_loft,
    cast(coalesce(aftaler.serviceaftaler, 0) as integer) as serviceaftaler,
    cast(coalesce(i_brug.mulige_i_brug, 0) as integer) as mulige_i_brug,
    cast(coalesce(i_brug.med_aftale, 0) as integer) as med_aftale,
    cast(coalesce(i_brug.med_kald, 0) as integer) as med_kald,
    cast(coalesce(i_brug.kitos_systemer, 0) as integer) as kitos_systemer
from maaneder
cross join kommuner
inner join liste on maaneder.ski_dato = liste.statusdato
left join aftaler on maaneder.maaned = aftaler.maaned
left join i_brug on maaneder.maaned = i_brug.maaned
