{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte('maaned', ref('int_tragt__beroerte')) }}"
) }}

-- Since when a municipality has had a system, and since when it is phased out. What is made anew goes on from
-- the month before it. All months are kept.
-- noqa: disable=layout.indent
-- (what a loop writes)
with

maaneder as (
    select *
    from {{ ref('int_tragt__maaneder') }}
    where er_beroert
),

{% if is_incremental() -%}
forrige as (
    select kendt.*
    from {{ this }} as kendt
    inner join {{ ref('int_tragt__maaneder') }} as maaneder on kendt.maaned = maaneder.maaned
    where maaneder.er_forrige
),
{%- endif %}

registre as (
    select register.*
    from {{ ref('int_systemanvendelse__maaned') }} as register
    inner join maaneder on register.maaned = maaneder.maaned
),

anvendere as (
    select anvender.*
    from {{ ref('int_udbredelse__anvendere') }} as anvender
    inner join maaneder on anvender.maaned = maaneder.maaned
),

samlet as (
    select
        coalesce(register.maaned, anvender.maaned) as maaned,
        coalesce(register.myndighed_id, anvender.myndighed_id) as myndighed_id,
        coalesce(register.it_system_id, anvender.it_system_id) as it_system_id,
        anvender.maaned is not null as bruger,
        register.maaned is not null as har_register,
        coalesce(register.udfaset, false) as udfaset,
        coalesce(register.kun_planlagt, false) as kun_planlagt,
        coalesce(register.er_aktiv, false) as er_aktiv,
        register.start,
        register.sidste_til,
        register.ophoerer,
        register.aktiv_uden_start,
        register.aktiv_start
    from registre as register
    full outer join anvendere as anvender
        on
            register.maaned = anvender.maaned
            and register.myndighed_id = anvender.myndighed_id
            and register.it_system_id = anvender.it_system_id
),

kendte_par as (
    select
        myndighed_id,
        it_system_id,
        maaned
    from samlet
    {%- if is_incremental() %}
    union all
    select
        myndighed_id,
        it_system_id,
        maaned
    from forrige
    {%- endif %}
),

par as (
    select
        myndighed_id,
        it_system_id,
        min(maaned) as fra
    from kendte_par
    group by myndighed_id, it_system_id
),

-- months without a row of the pair are months without use
alle as (
    select
        maaneder.maaned,
        par.myndighed_id,
        par.it_system_id,
        coalesce(samlet.bruger, false) as bruger,
        coalesce(samlet.udfaset, false) as udfaset,
        coalesce(samlet.har_register, false) as har_register,
        coalesce(samlet.kun_planlagt, false) as kun_planlagt,
        coalesce(samlet.er_aktiv, false) as er_aktiv,
        samlet.start,
        samlet.sidste_til,
        samlet.ophoerer,
        samlet.aktiv_uden_start,
        samlet.aktiv_start,
        false as er_forrige,
        {%- for navn in ('bruger', 'udfaset') %}
        cast(null as date) as forrige_{{ navn }}_fra,
        cast(null as date) as forrige_{{ navn }}_ophoert{{ ',' if not loop.last }}
        {%- endfor %}
    from par
    inner join maaneder on par.fra <= maaneder.maaned
    left join samlet
        on
            maaneder.maaned = samlet.maaned
            and par.myndighed_id = samlet.myndighed_id
            and par.it_system_id = samlet.it_system_id
    {%- if is_incremental() %}

    union all

    select
        maaned,
        myndighed_id,
        it_system_id,
        bruger,
        udfaset,
        har_register,
        kun_planlagt,
        er_aktiv,
        start,
        sidste_til,
        ophoerer,
        aktiv_uden_start,
        aktiv_start,
        true as er_forrige,
        {%- for navn in ('bruger', 'udfaset') %}
        {{ navn }}_fra as forrige_{{ navn }}_fra,
        {{ navn }}_ophoert as forrige_{{ navn }}_ophoert{{ ',' if not loop.last }}
        {%- endfor %}
    from forrige
    {%- endif %}
),

hver_maaned as (
    select
        *,
        coalesce(lag(bruger) over forloeb, false) as bruger_foer,
        coalesce(lag(udfaset) over forloeb, false) as udfaset_foer
    from alle
    window forloeb as (partition by myndighed_id, it_system_id order by maaned)
)

select
    maaned,
    myndighed_id,
    it_system_id,
    bruger,
    udfaset,
    har_register,
    kun_planlagt,
    er_aktiv,
    start,
    sidste_til,
    ophoerer,
    aktiv_uden_start,
    aktiv_start,
    {{ forloeb('bruger', 'bruger', 'bruger_foer', 'maaned', 'forloeb', forrige=true) }},
    {{ forloeb('udfaset', 'udfaset', 'udfaset_foer', 'maaned', 'forloeb', forrige=true) }}
from hver_maaned
window forloeb as (partition by myndighed_id, it_system_id order by maaned)
qualify not er_forrige
