{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

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
    count(*) filter (where potentiale.status = 'realiseret') / cast(count(*) as double) as realiseringsgrad,
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
group by potentiale.maaned, myndighed.cvr, myndighed.navn, myndighed.xyz_klasse
