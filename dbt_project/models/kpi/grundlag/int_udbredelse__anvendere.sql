{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

-- A municipality uses a system when the system has any call from it in the 12 months, or when a
-- register says that it was in use at some time of them. All months are kept: other dates look here.
with

maaneder as (
    select distinct
        indlaest.maaned,
        {{ dbt.last_day('indlaest.maaned', 'month') }} as sidste_dag,
        cast({{ dbt.dateadd('month', -11, 'indlaest.maaned') }} as date) as foerste_dag
    from {{ ref('int_indlaeste_maaneder') }} as indlaest
    inner join {{ ref('int_kpi__maaneder') }} as beroert on indlaest.maaned = beroert.maaned
),

lister as (
    select distinct
        register,
        statusdato
    from {{ ref('fct_systemanvendelse') }}
),

-- the newest list of each register on or before the month's end, or else the first
gaeldende as (
    select
        maaneder.maaned,
        maaneder.foerste_dag,
        maaneder.sidste_dag,
        lister.register,
        coalesce(
            max(lister.statusdato) filter (where lister.statusdato <= maaneder.sidste_dag),
            min(lister.statusdato)
        ) as statusdato
    from maaneder
    cross join lister
    group by maaneder.maaned, maaneder.foerste_dag, maaneder.sidste_dag, lister.register
),

efter_register as (
    select distinct
        gaeldende.maaned,
        brug.it_system_id,
        brug.myndighed_id
    from gaeldende
    inner join {{ ref('fct_systemanvendelse') }} as brug
        on
            gaeldende.register = brug.register
            and gaeldende.statusdato = brug.statusdato
    inner join {{ ref('dim_myndighed') }} as myndighed on brug.myndighed_id = myndighed.myndighed_id
    where
        myndighed.type = 'kommune'
        and coalesce(brug.i_brug_fra <= gaeldende.sidste_dag, true)
        and coalesce(brug.i_brug_til >= gaeldende.foerste_dag, true)
),

efter_kald as (
    select distinct
        maaned,
        it_system_id,
        myndighed_id
    from {{ ref('int_udbredelse__par') }}
    where er_kommune
)

select * from efter_kald
union
select * from efter_register
