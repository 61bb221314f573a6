-- What is shown of the systems, or of the interfaces, leaves a rest of K98's sum: those not shown so finely.
-- Could that rest be shown itself?
with

finheder as (
    select 3 as finhed
    union all
    select 2 as finhed
    union all
    select 1 as finhed
),

led_i_resten as (
    select
        led.maaned,
        led.niveau,
        led.krav,
        finheder.finhed,
        case
            when finheder.finhed = 3 then {{ tragt_trin() }}
            when finheder.finhed = 2 then {{ tragt_samlet() }}
        end as del,
        led.myndighed_id,
        led.antal
    from {{ ref('int_tragt__pr_kommune') }} as led
    inner join {{ ref('int_tragt__visning') }} as visning
        on
            led.maaned = visning.maaned
            and led.niveau = visning.niveau
            and led.medlem_id = visning.medlem_id
            and led.krav is not distinct from visning.krav
    inner join finheder on visning.finhed < finheder.finhed
    where led.niveau in ('it_system', 'snitflade')
),

resten as (
    select
        maaned,
        niveau,
        krav,
        finhed,
        del,
        myndighed_id,
        sum(antal) as antal
    from led_i_resten
    group by maaned, niveau, krav, finhed, del, myndighed_id
),

dele as (
    select
        maaned,
        niveau,
        krav,
        finhed,
        del,
        count(*) as kommuner,
        sum(antal) as antal,
        max(antal) as stoerste
    from resten
    group by maaned, niveau, krav, finhed, del
)

select
    maaned,
    niveau,
    krav,
    finhed,
    case
        when finhed = 3 then {{ dele_kan_vises('del', "'udfaset', 'stabil_brug', 'foerste_kald', 'aftale'") }}
        when finhed = 2 then {{ dele_kan_vises('del', "'klar', 'i_brug', 'ude'") }}
        else bool_and({{ er_anonym('kommuner') }})
    end as kan_vises
from dele
group by maaned, niveau, krav, finhed
