{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

with

mangler as (
    select
        potentiale.maaned,
        potentiale.myndighed_id,
        leverandoer.navn as leverandoer,
        count(*) as antal
    from {{ ref('int_potentiale') }} as potentiale
    inner join {{ ref('dim_it_system') }} as system on potentiale.it_system_id = system.it_system_id
    inner join {{ ref('dim_leverandoer') }} as leverandoer
        on system.leverandoer_id = leverandoer.leverandoer_id
    where potentiale.tilstand not in ('i_brug', 'kan_ikke_maales')
    group by potentiale.maaned, potentiale.myndighed_id, leverandoer.navn
),

ordnet as (
    select
        *,
        row_number() over (partition by maaned, myndighed_id order by antal desc, leverandoer asc) as nummer
    from mangler
),

tre as (
    select
        maaned,
        myndighed_id,
        sum(antal) as antal
    from ordnet
    where nummer <= 3
    group by maaned, myndighed_id
)

select
    potentiale.maaned,
    myndighed.cvr,
    myndighed.navn as kommune,
    myndighed.xyz_klasse,
    cast(count(distinct potentiale.it_system_id) as integer) as systemer,
    cast(count(*) as integer) as mulige,
    cast(count(*) filter (where potentiale.status = 'realiseret') as integer) as realiseret,
    cast(count(*) filter (where potentiale.status = 'udbredelse') as integer) as udbredelse,
    cast(count(*) filter (where potentiale.status = 'tilslutning') as integer) as tilslutning,
    cast(count(*) filter (where potentiale.status = 'kan_ikke_maales') as integer) as kan_ikke_maales,
    cast(count(*) filter (where potentiale.status = 'udbredelse' and potentiale.aftale_i_kraft) as integer)
        as aftale_i_kraft,
    cast(count(*) filter (where potentiale.tilstand = 'andre_i_gang') as integer) as andre_i_gang,
    cast(count(*) filter (where potentiale.tilstand = 'klarmeldt_ubrugt') as integer) as klarmeldt_ubrugt,
    cast(count(*) filter (where potentiale.tilstand = 'ikke_klar') as integer) as ikke_klar,
    cast(count(*) filter (where potentiale.tilstand not in ('i_brug', 'kan_ikke_maales')) as integer)
        as mangler,
    cast(coalesce(max(tre.antal), 0) as integer) as mangler_hos_tre,
    cast(count(distinct potentiale.it_system_id) filter (
        where potentiale.tilstand not in ('i_brug', 'kan_ikke_maales')
    ) as integer) as systemer_mangler,
    count(*) filter (where potentiale.status = 'realiseret')
    / nullif(cast(count(*) filter (where potentiale.status <> 'kan_ikke_maales') as double), 0)
        as realiseringsgrad,
    -- of what may be shown: the other terms rest on too few municipalities, and are counted
    {{ sum_uanset_orden(
        "case when potentiale.status <> 'realiseret' and potentiale.er_anonym then potentiale.forventede_kald end"
    ) }} as forventede_kald,
    cast(count(*) filter (
        where
        potentiale.status <> 'realiseret'
        and potentiale.forventede_kald is not null
        and not potentiale.er_anonym
    ) as integer) as for_faa
from {{ ref('int_potentiale') }} as potentiale
inner join {{ ref('dim_myndighed') }} as myndighed on potentiale.myndighed_id = myndighed.myndighed_id
left join tre
    on
        potentiale.maaned = tre.maaned
        and potentiale.myndighed_id = tre.myndighed_id
group by potentiale.maaned, myndighed.cvr, myndighed.navn, myndighed.xyz_klasse
