{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte('maaned', ref('int_tragt__beroerte')) }}"
) }}

-- First calls, steady use and agreements of each month, told from the first sign of them. What is made anew
-- goes on from the month before it. All months are kept.
-- noqa: disable=layout.indent
-- (what a loop writes)
with

maaneder as (
    select *
    from {{ ref('int_tragt__maaneder') }}
    where skal_laeses
),

{% if is_incremental() -%}
forrige as (
    select kendt.*
    from {{ this }} as kendt
    inner join {{ ref('int_tragt__maaneder') }} as maaneder on kendt.maaned = maaneder.maaned
    where maaneder.er_forrige
),
{%- endif %}

kombinationer as (
    select
        kald.myndighed_id,
        kald.it_system_id,
        kald.snitflade_id,
        min(kald.maaned) as fra
    from {{ ref('int_tragt__kald') }} as kald
    inner join maaneder on kald.maaned = maaneder.maaned
    inner join {{ ref('dim_myndighed') }} as myndighed on kald.myndighed_id = myndighed.myndighed_id
    where
        myndighed.type = 'kommune'
        and (kald.har_kald or kald.har_aftale)
    group by kald.myndighed_id, kald.it_system_id, kald.snitflade_id
    {%- if is_incremental() %}
    union all
    select
        forrige.myndighed_id,
        forrige.it_system_id,
        forrige.snitflade_id,
        forrige.maaned as fra
    from forrige
    {%- endif %}
),

fra_foerste_tegn as (
    select
        myndighed_id,
        it_system_id,
        snitflade_id,
        min(fra) as fra
    from kombinationer
    group by myndighed_id, it_system_id, snitflade_id
),

hver_maaned as (
    select
        kombinationer.myndighed_id,
        kombinationer.it_system_id,
        kombinationer.snitflade_id,
        maaneder.maaned,
        maaneder.er_beroert,
        maaneder.serviceplatformen_nr,
        coalesce(kald.har_kald, false) as har_kald,
        max(case when kald.har_kald then maaneder.maaned end) over forloeb as seneste_kald,
        max(case when kald.har_aftale then maaneder.serviceplatformen_nr end) over forloeb
            as seneste_aftale_nr,
        -- the months that tell something of the interface's calls, numbered
        sum(case when snitflade.er_observeret or kald.har_kald then 1 else 0 end) over forloeb as sigende_nr
    from fra_foerste_tegn as kombinationer
    inner join maaneder on kombinationer.fra <= maaneder.maaned
    inner join {{ ref('int_tragt__snitflade') }} as snitflade
        on
            maaneder.maaned = snitflade.maaned
            and kombinationer.snitflade_id = snitflade.snitflade_id
    left join {{ ref('int_tragt__kald') }} as kald
        on
            maaneder.maaned = kald.maaned
            and kombinationer.myndighed_id = kald.myndighed_id
            and kombinationer.it_system_id = kald.it_system_id
            and kombinationer.snitflade_id = kald.snitflade_id
    window forloeb as (
        partition by kombinationer.myndighed_id, kombinationer.it_system_id, kombinationer.snitflade_id
        order by maaneder.maaned
    )
),

kendetegn as (
    select
        *,
        coalesce(seneste_kald > {{ dbt.dateadd('month', -12, 'maaned') }}, false) as kald12,
        coalesce(serviceplatformen_nr - seneste_aftale_nr < 3, false) as aftale,
        -- analyses are quarterly: three months' use is seen, a silent quarter lost; July takes one month only
        sum(case when har_kald then 1 else 0 end) over (
            partition by myndighed_id, it_system_id, snitflade_id order by sigende_nr
            range between 5 preceding and current row
        ) >= 3
        and sum(case when har_kald then 1 else 0 end) over (
            partition by myndighed_id, it_system_id, snitflade_id order by sigende_nr
            range between 2 preceding and current row
        ) >= 1 as seks_og_tre
    from hver_maaned
),

alle as (
    select
        maaned,
        myndighed_id,
        it_system_id,
        snitflade_id,
        seneste_kald,
        kald12,
        aftale,
        kald12 and seks_og_tre as stabil,
        false as er_forrige,
        {%- for navn in ('stabil', 'kald12', 'aftale') %}
        cast(null as date) as forrige_{{ navn }}_fra,
        cast(null as date) as forrige_{{ navn }}_ophoert,
        cast(null as date) as forrige_{{ navn }}_foerste{{ ',' if not loop.last }}
        {%- endfor %}
    from kendetegn
    where er_beroert
    {%- if is_incremental() %}

    union all

    select
        maaned,
        myndighed_id,
        it_system_id,
        snitflade_id,
        seneste_kald,
        kald12,
        aftale,
        stabil,
        true as er_forrige,
        {%- for navn in ('stabil', 'kald12', 'aftale') %}
        {{ navn }}_fra as forrige_{{ navn }}_fra,
        {{ navn }}_ophoert as forrige_{{ navn }}_ophoert,
        {{ navn }}_foerste as forrige_{{ navn }}_foerste{{ ',' if not loop.last }}
        {%- endfor %}
    from forrige
    {%- endif %}
),

med_forrige as (
    select
        *,
        coalesce(lag(stabil) over forloeb, false) as stabil_foer,
        coalesce(lag(kald12) over forloeb, false) as kald12_foer,
        coalesce(lag(aftale) over forloeb, false) as aftale_foer
    from alle
    window forloeb as (partition by myndighed_id, it_system_id, snitflade_id order by maaned)
)

select
    maaned,
    myndighed_id,
    it_system_id,
    snitflade_id,
    max(seneste_kald) over forloeb as seneste_kald,
    kald12,
    stabil,
    aftale,
    {%- for navn in ('stabil', 'kald12', 'aftale') %}
    {{ forloeb(navn, navn, navn ~ '_foer', 'maaned', 'forloeb', forrige=true) }},
    {{ foerste_gang(navn, navn, 'maaned', 'forloeb', forrige=true) }}{{ ',' if not loop.last }}
    {%- endfor %}
from med_forrige
window forloeb as (partition by myndighed_id, it_system_id, snitflade_id order by maaned)
qualify not er_forrige
