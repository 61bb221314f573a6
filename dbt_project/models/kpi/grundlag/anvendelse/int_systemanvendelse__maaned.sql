{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

-- What the registers' lists in force in a month say of a municipality and a system. A list's rows carry
-- dates, so before a register's first list that one counts.
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

gaeldende as (
    select
        maaneder.maaned,
        maaneder.foerste_dag,
        maaneder.sidste_dag,
        lister.register,
        {{ i_kraft('lister.statusdato', 'maaneder.sidste_dag') }} as statusdato
    from maaneder
    cross join lister
    group by maaneder.maaned, maaneder.foerste_dag, maaneder.sidste_dag, lister.register
),

raekker as (
    select
        gaeldende.maaned,
        {{ dbt.last_day(dbt.dateadd('month', 12, 'gaeldende.maaned'), 'month') }} as sidste_dag_om_et_aar,
        brug.myndighed_id,
        brug.it_system_id,
        brug.kilde,
        brug.i_brug_fra,
        brug.i_brug_til,
        coalesce(brug.i_brug_fra <= gaeldende.sidste_dag, true) as er_begyndt,
        coalesce(brug.i_brug_til >= gaeldende.sidste_dag, true) as er_ikke_endt,
        coalesce(brug.i_brug_til >= gaeldende.foerste_dag, true) as er_i_vinduet
    from gaeldende
    inner join {{ ref('fct_systemanvendelse') }} as brug
        on
            gaeldende.register = brug.register
            and gaeldende.statusdato = brug.statusdato
    inner join {{ ref('dim_myndighed') }} as myndighed on brug.myndighed_id = myndighed.myndighed_id
    where myndighed.type = 'kommune'
)

select
    maaned,
    myndighed_id,
    it_system_id,
    -- in use at some time of the 12 months, the last day counted in
    bool_or(er_begyndt and er_i_vinduet) as bruger,
    -- a list, since a distinct and ordered string_agg takes ten times as long over a million groups
    nullif(
        array_to_string(
            list_sort(list_distinct(list(kilde) filter (where er_begyndt and er_i_vinduet))), ', '
        ), ''
    ) as kilder,
    min(i_brug_fra) filter (where er_begyndt and er_i_vinduet) as start,
    -- the last day
    not bool_or(er_begyndt and er_ikke_endt) and bool_or(not er_ikke_endt) as udfaset,
    max(i_brug_til) filter (where not er_ikke_endt) as sidste_til,
    bool_and(not er_begyndt) as kun_planlagt,
    bool_or(er_begyndt and er_ikke_endt) as er_aktiv,
    bool_and(coalesce(i_brug_til <= sidste_dag_om_et_aar, false)) filter (
        where er_begyndt and er_ikke_endt
    ) as ophoerer,
    bool_or(i_brug_fra is null) filter (where er_begyndt and er_ikke_endt) as aktiv_uden_start,
    min(i_brug_fra) filter (where er_begyndt and er_ikke_endt) as aktiv_start
from raekker
group by maaned, myndighed_id, it_system_id
