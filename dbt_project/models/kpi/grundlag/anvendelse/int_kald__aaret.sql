-- Calls of the 12 months that end with maaned, by authority, system and service on its platform.
with

maaneder as (
    select distinct
        indlaest.maaned,
        beroert.maaned is not null as er_beroert
    from {{ ref('int_indlaeste_maaneder') }} as indlaest
    left join {{ ref('int_kpi__maaneder') }} as beroert
        on indlaest.maaned = beroert.maaned
),

-- what a touched month looks back on; what is touched goes on to the newest
kald as (
    select *
    from {{ ref('int_kald__kommune_maaned') }}
    where
        maaned >= (
            select {{ dbt.dateadd('month', -11, 'min(maaneder.maaned)') }}
            from maaneder
            where maaneder.er_beroert
        )
),

kombinationer as (
    select
        it_system_id,
        service_id,
        myndighed_id,
        er_kommune,
        min(maaned) as foerste,
        {{ dbt.dateadd('month', 11, 'max(maaned)') }} as sidste
    from kald
    group by it_system_id, service_id, myndighed_id, er_kommune
),

-- a month without calls has a row too: a running sum over months costs a tenth of twelve sums over them
hver_maaned as (
    select
        kombinationer.it_system_id,
        kombinationer.service_id,
        kombinationer.myndighed_id,
        kombinationer.er_kommune,
        maaneder.maaned,
        maaneder.er_beroert,
        kald.kald
    from kombinationer
    inner join maaneder on maaneder.maaned between kombinationer.foerste and kombinationer.sidste
    left join kald
        on
            maaneder.maaned = kald.maaned
            and kombinationer.it_system_id = kald.it_system_id
            and kombinationer.service_id = kald.service_id
            and kombinationer.myndighed_id = kald.myndighed_id
),

vindue as (
    select
        maaned,
        it_system_id,
        service_id,
        myndighed_id,
        er_kommune,
        er_beroert,
        sum(kald) over (
            partition by it_system_id, service_id, myndighed_id order by maaned
            range between interval 11 month preceding and current row
        ) as kald_12m
    from hver_maaned
)

select
    maaned,
    it_system_id,
    service_id,
    myndighed_id,
    er_kommune,
    kald_12m
from vindue
where
    er_beroert
    and kald_12m > 0
