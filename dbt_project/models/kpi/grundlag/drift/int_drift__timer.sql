{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='dato_id',
    pre_hook=[
        "{{ slet_beroerte_dage() }}",
        "{{ slet_beroerte('dato_id', ref('int_drift__kalender') ~ ' where er_beroert') }}",
    ]
) }}

with

kalender as (
    select * from {{ ref('int_drift__kalender') }}
    where laeses
),

kald as (
    select kald_timer.*
    from {{ ref('int_kald__service_time') }} as kald_timer
    inner join kalender on kald_timer.dato_id = kalender.dato_id
),

-- four of the eight days must have 200 calls before as many can be expected
mulige as (
    select
        kald.service_id,
        kald.time_id,
        min(kalender.dato) as fra,
        max(kalender.dato) + 70 as til
    from kald
    inner join kalender on kald.dato_id = kalender.dato_id
    group by kald.service_id, kald.time_id
    having count(*) filter (where kald.kald >= 200) >= 4
),

timer as (
    select
        mulige.service_id,
        mulige.time_id,
        kalender.dato,
        kalender.dato_id,
        kalender.slags,
        kalender.er_beroert and kalender.kan_vurderes as skal_vurderes,
        coalesce(kald.kald, 0) as kald
    from mulige
    inner join kalender on kalender.dato between mulige.fra and mulige.til
    left join kald
        on
            mulige.service_id = kald.service_id
            and mulige.time_id = kald.time_id
            and kalender.dato_id = kald.dato_id
    -- the hour that is skipped on the last Sunday of March
    where
        not (
            mulige.time_id = 2 and extract(isodow from kalender.dato) = 7
            and extract(month from kalender.dato) = 3 and extract(day from kalender.dato) >= 25
        )
),

sammenlignet as (
    select
        *,
        {{ otte_foer('kald') }}
    from timer
    window foer as (partition by service_id, time_id, slags order by dato)
),

-- fell away: hardly a call where there always are many
bortfaldne as (
    select
        service_id,
        time_id,
        dato
    from {{ sorteret_foer('sammenlignet') }}
    where
        skal_vurderes
        and foer_4 + foer_5 >= 400
        and kald <= 0.05 * (foer_4 + foer_5) / 2
        and foer_2 >= 0.25 * (foer_4 + foer_5) / 2
),

-- the days compared with, and the day itself
sammenlignede_dage as (
    select
        bortfaldne.service_id,
        bortfaldne.time_id,
        kalender.dato_id,
        unnest(list_append(kalender.otte_foer, kalender.dato)) as kald_dato
    from bortfaldne
    inner join kalender on bortfaldne.dato = kalender.dato
),

dage as (
    select
        dato_id,
        time_id,
        service_id,
        cast(strftime(kald_dato, '%Y%m%d') as integer) as kald_dato_id
    from sammenlignede_dage
),

pr_dag as (
    select
        dage.dato_id,
        dage.time_id,
        dage.service_id,
        fakta.myndighed_id,
        dage.kald_dato_id = dage.dato_id as er_dagen,
        sum(fakta.antal_kald) as kald
    from {{ ref('fct_kald_time') }} as fakta
    inner join dage -- noqa: AL04
        on
            fakta.dato_id = dage.kald_dato_id
            and fakta.time_id = dage.time_id
            and fakta.service_id = dage.service_id
    group by dage.dato_id, dage.time_id, dage.service_id, fakta.myndighed_id, dage.kald_dato_id
)

-- the mean of the eight without the largest: one wild day is not expected again
select
    dato_id,
    cast(time_id as integer) as time_id,
    service_id,
    myndighed_id,
    coalesce(
        cast(sum(kald) filter (where not er_dagen) - max(kald) filter (where not er_dagen) as bigint), 0
    ) as kald_paa_syv_dage,
    coalesce(cast(sum(kald) filter (where er_dagen) as bigint), 0) as kald
from pr_dag
group by dato_id, time_id, service_id, myndighed_id
