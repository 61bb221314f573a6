-- How much data lies behind what is told of 12 months: two months compare only where it is the same.
with

maaneder as (
    select distinct maaned from {{ ref('int_indlaeste_maaneder') }}
)

select
    maaneder.maaned,
    cast(count(*) as integer) as maaneder_12m
from maaneder
inner join {{ ref('int_indlaeste_maaneder') }} as indlaest
    on
        maaneder.maaned >= indlaest.maaned
        and indlaest.maaned > {{ dbt.dateadd('month', -12, 'maaneder.maaned') }}
group by maaneder.maaned
