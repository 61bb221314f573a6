-- Days on which fewer calls are no news: what the middle of the eight earlier days does not know.
with

kalender as (
    select
        dato,
        helligdag,
        er_helligdag,
        extract(month from dato) as maaned,
        extract(day from dato) as dag,
        er_arbejdsdag
        and not lag(er_arbejdsdag) over (order by dato)
        and not lead(er_arbejdsdag) over (order by dato) as er_mellem_fridage
    from {{ ref('dim_dato') }}
    where dato is not null
),

paaske as (
    select dato
    from kalender
    where helligdag = 'Påskedag'
),

grunde as (
    select
        kalender.dato,
        case
            when kalender.maaned = 7 then 'sommerferie'
            when kalender.maaned = 12 and kalender.dag >= {{ afvigelse('jul_fra') }} then 'jul'
            when kalender.maaned = 1 and kalender.dag <= {{ afvigelse('jul_til') }} then 'jul'
            when paaske.dato is not null then 'påske'
            when kalender.er_helligdag then 'helligdag'
            when kalender.er_mellem_fridage then 'enkelt dag mellem fridage'
        end as hvorfor
    from kalender
    left join paaske
        on
            kalender.dato >= paaske.dato - {{ afvigelse('paaske_dage_foer') }}
            and kalender.dato <= paaske.dato + 1
)

select
    dato,
    hvorfor
from grunde
where hvorfor is not null
