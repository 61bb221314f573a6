-- The status in force in each touched month.
with

maaneder as (
    select distinct
        indlaest.maaned,
        {{ dbt.last_day('indlaest.maaned', 'month') }} as sidste_dag
    from {{ ref('int_indlaeste_maaneder') }} as indlaest
    inner join {{ ref('int_kpi__maaneder') }} as beroert on indlaest.maaned = beroert.maaned
),

datoer as (
    select distinct statusdato from {{ ref('fct_klarmelding') }}
),

gaeldende as (
    select
        maaneder.maaned,
        {{ i_kraft('datoer.statusdato', 'maaneder.sidste_dag') }} as statusdato
    from maaneder
    cross join datoer
    group by maaneder.maaned
)

select
    gaeldende.maaned,
    klarmelding.statusdato,
    klarmelding.it_system_id,
    klarmelding.snitflade_id,
    klarmelding.klarmelding,
    klarmelding.aarsag,
    klarmelding.krav
from gaeldende
inner join {{ ref('fct_klarmelding') }} as klarmelding on gaeldende.statusdato = klarmelding.statusdato
