-- The loaded days, each with the eight earlier days that it is compared with.
with

indlaeste as (
    select
        kalender.dato_id,
        kalender.dato,
        kalender.er_arbejdsdag,
        -- a holiday is like a Sunday
        case when kalender.er_helligdag then 7 else kalender.ugedag end as slags
    from {{ ref('dim_dato') }} as kalender
    inner join {{ ref('stg_lake__leverancer') }} as log on kalender.dato = log.periode_til
    where log.er_aktiv and log.kilde = 'stoettesystemerne'
),

beroerte as (
    select kalender.dato
    from {{ source('plan', 'beroerte_dage') }} as plan
    inner join {{ ref('dim_dato') }} as kalender on plan.dato_id = kalender.dato_id
),

nummererede as (
    select
        *,
        count(*) filter (where er_arbejdsdag) over (order by dato) as arbejdsdage,
        list(dato) over (
            partition by slags order by dato
            rows between 8 preceding and 1 preceding
        ) as otte_foer
    from indlaeste
)

select
    dato_id,
    dato,
    slags,
    er_arbejdsdag,
    arbejdsdage,
    -- eight of a kind fill eight weeks, and ten where holidays take two of them
    coalesce(
        array_length(otte_foer) = 8 and date_diff('day', otte_foer[1], dato) <= 70, false
    ) as kan_vurderes,
    otte_foer,
    -- a touched day changes the findings of the days that are compared with it
    exists(
        select 1 from beroerte
        where nummererede.dato between beroerte.dato and beroerte.dato + 70
    ) as er_beroert,
    exists(
        select 1 from beroerte
        where nummererede.dato between beroerte.dato - 70 and beroerte.dato + 70
    ) as laeses
from nummererede
