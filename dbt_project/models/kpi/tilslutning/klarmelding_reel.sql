{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

with

kald as (
    select
        maaned,
        it_system_id,
        snitflade_id,
        sum(kald_12m) as kald_12m,
        max(kald_12m) as stoerste_kald_12m,
        count(*) filter (where er_kommune) as kommuner_med_kald
    from {{ ref('int_kald__snitflade') }}
    group by maaned, it_system_id, snitflade_id
),

samlet as (
    select
        coalesce(kald.maaned, status.maaned) as maaned,
        coalesce(kald.it_system_id, status.it_system_id) as it_system_id,
        coalesce(kald.snitflade_id, status.snitflade_id) as snitflade_id,
        status.statusdato,
        status.klarmelding,
        status.krav,
        coalesce(kald.kald_12m, 0) as kald_12m,
        kald.stoerste_kald_12m,
        coalesce(kald.kommuner_med_kald, 0) as kommuner_med_kald
    from kald
    full outer join {{ ref('int_klarmelding__maaned') }} as status
        on
            kald.maaned = status.maaned
            and kald.it_system_id = status.it_system_id
            and kald.snitflade_id = status.snitflade_id
)

select
    samlet.maaned,
    samlet.statusdato,
    system.uuid as it_system_uuid,
    system.navn as it_system,
    leverandoer.navn as leverandoer,
    snitflade.snitflade,
    snitflade.navn as snitflade_navn,
    samlet.klarmelding,
    samlet.krav,
    cast(samlet.kald_12m as bigint) as kald_12m,
    cast(samlet.kommuner_med_kald as integer) as kommuner_med_kald,
    case
        when samlet.klarmelding = 'Klarmeldt' and samlet.kald_12m > 0 then 'bekraeftet'
        when samlet.klarmelding = 'Klarmeldt' and not maalt.kan_maales then 'kan_ikke_maales'
        when samlet.klarmelding = 'Klarmeldt' then 'klarmeldt_uden_kald'
        when samlet.kald_12m > 0 then 'kald_uden_klarmelding'
        when samlet.klarmelding in ('Irrelevant', 'Administrativt fjernet') then 'ikke_relevant'
        else 'ikke_tilsluttet'
    end as vurdering,
    -- set to false afterwards where the sums beside it tell what few have (disclosure/sums_together.py)
    {{ er_anonym('samlet.kommuner_med_kald', 'samlet.kald_12m', 'samlet.stoerste_kald_12m') }} as er_anonym
from samlet
inner join {{ ref('dim_it_system') }} as system on samlet.it_system_id = system.it_system_id
inner join {{ ref('dim_leverandoer') }} as leverandoer on system.leverandoer_id = leverandoer.leverandoer_id
inner join {{ ref('dim_snitflade') }} as snitflade on samlet.snitflade_id = snitflade.snitflade_id
inner join {{ ref('int_tragt__snitflade') }} as maalt
    on
        samlet.maaned = maalt.maaned
        and samlet.snitflade_id = maalt.snitflade_id
