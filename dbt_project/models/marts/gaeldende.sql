-- Which registers count in a month: the newest on or before its last day; of status sheets or else the first.
with

maaneder as (
    select
        maaned,
        {{ dbt.last_day('maaned', 'month') }} as sidste_dag
    from (select distinct maaned from {{ ref('int_indlaeste_maaneder') }})
),

datoer as (
    select distinct
        'statusdato' as register,
        statusdato as dato
    from {{ ref('fct_klarmelding') }}
    union all
    select distinct
        'udtraeksdato' as register,
        udtraeksdato as dato
    from {{ ref('fct_kle_sager') }}
    union all
    select distinct
        'folketal' as register,
        kvartal as dato
    from {{ ref('fct_folketal') }}
)

select
    maaneder.maaned,
    {{ i_kraft('datoer.dato', 'maaneder.sidste_dag', "datoer.register = 'statusdato'") }} as statusdato,
    -- an extract that comes later says nothing of the month, nor does a population
    max(datoer.dato) filter (
        where datoer.register = 'udtraeksdato' and datoer.dato <= maaneder.sidste_dag
    ) as udtraeksdato,
    max(datoer.dato) filter (where datoer.register = 'folketal' and datoer.dato <= maaneder.maaned)
        as folketal_kvartal
from maaneder
left join datoer on true
group by maaneder.maaned
