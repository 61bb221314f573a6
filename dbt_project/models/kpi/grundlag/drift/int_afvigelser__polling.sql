-- the same load in all hours of nearly all days of a month: a machine that asks whether there is news.
-- A month touched through Serviceplatformen alone has the same days as before, and keeps its findings.
with

maaneder as (
    select
        maaned,
        min(dato) as fra,
        max(dato) as til,
        count(*) as dage
    from (
        select
            dato,
            cast(date_trunc('month', dato) as date) as maaned
        from {{ ref('int_drift__kalender') }}
        where laeses
    ) as dagene
    where maaned in (select plan.maaned from {{ source('plan', 'beroerte_dages_maaneder') }} as plan)
    group by maaned
    having count(*) >= {{ afvigelse('polling_dage_i_maaneden') }}
)

select
    doegn.kombination,
    maaneder.maaned,
    maaneder.fra,
    maaneder.til,
    count(*) as dage,
    sum(doegn.kald) as observeret,
    sum(doegn.kald) / (24.0 * max(doegn.spidskald) * count(*)) as score
from maaneder
inner join {{ ref('int_afvigelser__doegn') }} as doegn on doegn.dato between maaneder.fra and maaneder.til
where
    doegn.kald >= {{ afvigelse('polling_kald') }}
    and doegn.spidskald * 24 <= {{ afvigelse('polling_spids') }} * doegn.kald
    and doegn.natkald * 24 >= {{ afvigelse('polling_nat') }} * 5 * doegn.kald
group by maaneder.maaned, maaneder.fra, maaneder.til, maaneder.dage, doegn.kombination
having count(*) >= {{ afvigelse('polling_andel') }} * maaneder.dage
