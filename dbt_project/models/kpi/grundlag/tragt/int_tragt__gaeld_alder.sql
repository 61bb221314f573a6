-- How many months each debt could have been in use: the ripe ones since the last call's 12 months were over.
with

maaneder as (
    select
        maaned,
        myndighed_id,
        it_system_id,
        snitflade_id,
        kald12_ophoert,
        0 as moden,
        true as er_gaeld
    from {{ ref('int_tragt') }}
    where er_mulig and not kald12 and not kan_ikke_maales

    union all

    select
        maaned,
        myndighed_id,
        it_system_id,
        snitflade_id,
        kald12_ophoert,
        1 as moden,
        false as er_gaeld
    from {{ ref('int_tragt__modne') }}
),

talt as (
    select
        maaned,
        myndighed_id,
        it_system_id,
        snitflade_id,
        er_gaeld,
        sum(moden) over (
            partition by myndighed_id, it_system_id, snitflade_id, kald12_ophoert order by maaned
        ) as gaeld_maaneder
    from maaneder
)

select
    maaned,
    myndighed_id,
    it_system_id,
    snitflade_id,
    gaeld_maaneder
from talt
where er_gaeld
