-- The lists in force are the newest dated on or before the month's last day: nothing is told backwards.
with

maaneder as (
    select
        maaned,
        {{ dbt.last_day('maaned', 'month') }} as sidste_dag,
        bool_or(platform = 'serviceplatformen') as har_serviceplatformen,
        count(*) as platforme
    from {{ ref('int_indlaeste_maaneder') }}
    group by maaned
),

ark as (
    select
        maaneder.maaned,
        max(ark.statusdato) as ark_dato
    from maaneder
    inner join {{ ref('int_klarmelding__forloeb') }} as ark on maaneder.sidste_dag >= ark.statusdato
    group by maaneder.maaned
),

lister as (
    select
        maaneder.maaned,
        max(lister.statusdato) as ski_dato
    from maaneder
    inner join {{ ref('int_ski__forloeb') }} as lister on maaneder.sidste_dag >= lister.statusdato
    group by maaneder.maaned
),

samlet as (
    select
        maaneder.maaned,
        maaneder.sidste_dag,
        maaneder.platforme,
        -- an agreement is in force for three loaded months of Serviceplatformen: this counts them
        sum(case when maaneder.har_serviceplatformen then 1 else 0 end) over (order by maaneder.maaned)
            as serviceplatformen_nr,
        ark.ark_dato,
        lister.ski_dato,
        beroert.maaned is not null as er_beroert,
        min(beroert.maaned) over () as beroert_fra
    from maaneder
    left join ark on maaneder.maaned = ark.maaned
    left join lister on maaneder.maaned = lister.maaned
    left join {{ ref('int_tragt__beroerte') }} as beroert on maaneder.maaned = beroert.maaned
),

foer as (
    select
        *,
        max(case when maaned < beroert_fra then maaned end) over () as forrige,
        -- whole months from this one to the first touched
        sum(case when maaned < beroert_fra and platforme = 2 then 1 else 0 end) over (
            order by maaned desc rows between unbounded preceding and current row
        ) as hele_foer
    from samlet
)

select
    maaned,
    sidste_dag,
    serviceplatformen_nr,
    ark_dato,
    ski_dato,
    er_beroert,
    -- what was known in the month before the touched ones is where they go on from
    coalesce(maaned = forrige, false) as er_forrige,
    -- whose calls the touched months can tell of: those of 12 months, and six that tell of every interface
    coalesce(
        hele_foer <= 6
        or maaned >= {{ dbt.dateadd('month', -11, 'beroert_fra') }},
        false
    ) and beroert_fra is not null as skal_laeses
from foer
