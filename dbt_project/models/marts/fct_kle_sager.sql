{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='udtraeksdato',
    pre_hook="{{ slet_beroerte('udtraeksdato', ref('int_kle__udtraek')) }}"
) }}

with

taerskel as (
    select greatest(coalesce(max(taerskel), 0), {{ mindste_taerskel() }}) as taerskel
    from {{ ref('stg_reference__formaal') }}
    where tabel = 'marts.fct_kle_sager'
),

udtraek as (
    select
        udtraeksdato,
        lag(udtraeksdato) over (order by udtraeksdato) as forrige,
        lead(udtraeksdato) over (order by udtraeksdato) as naeste
    from (select distinct udtraeksdato from {{ ref('int_kle__sager') }}) as datoer
),

smaa as (
    select
        sager.udtraeksdato,
        sager.myndighed_id,
        sager.it_system_id,
        sager.kle_id
    from {{ ref('int_kle__sager') }} as sager
    cross join taerskel
    where
        sager.maskeret_ved_kilden
        or (sager.antal_sager > 0 and sager.antal_sager < taerskel.taerskel)
),

vurderet as (
    select
        sager.*,
        case
            when tidligere.uanset_grund then 'tidligere'
            when sager.maskeret_ved_kilden then 'kilde'
            -- no case is said to be none: it is about nobody
            when sager.antal_sager > 0 and sager.antal_sager < taerskel.taerskel then 'primaer'
            -- Closer than the threshold to what a small count may be. Beside it, a reader who knows of the
            -- few cases that came or went would know the small count.
            when
                sager.antal_sager > 0
                and sager.antal_sager < 2 * taerskel.taerskel - 1
                and (foer.kle_id is not null or efter.kle_id is not null)
                then 'sekundaer'
            -- what an earlier release said would tell a hidden count
            when tidligere.kle_id is not null then 'tidligere'
        end as diskretion_aarsag
    from {{ ref('int_kle__sager') }} as sager
    inner join {{ ref('int_kle__udtraek') }} as vurderes on sager.udtraeksdato = vurderes.udtraeksdato
    inner join udtraek on sager.udtraeksdato = udtraek.udtraeksdato
    cross join taerskel
    left join smaa as foer
        on
            udtraek.forrige = foer.udtraeksdato
            and sager.myndighed_id = foer.myndighed_id
            and sager.it_system_id = foer.it_system_id
            and sager.kle_id = foer.kle_id
    left join smaa as efter
        on
            udtraek.naeste = efter.udtraeksdato
            and sager.myndighed_id = efter.myndighed_id
            and sager.it_system_id = efter.it_system_id
            and sager.kle_id = efter.kle_id
    left join {{ ref('int_kle__tidligere') }} as tidligere
        on
            sager.udtraeksdato = tidligere.udtraeksdato
            and sager.myndighed_id = tidligere.myndighed_id
            and sager.it_system_id = tidligere.it_system_id
            and sager.kle_id = tidligere.kle_id
)

select
    udtraeksdato,
    myndighed_id,
    it_system_id,
    kle_id,
    case when diskretion_aarsag is null then antal_sager end as antal_sager,
    diskretion_aarsag is not null as er_diskretioneret,
    diskretion_aarsag
from vurderet
