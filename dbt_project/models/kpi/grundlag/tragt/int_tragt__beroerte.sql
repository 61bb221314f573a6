-- What a month of the funnel says rests on all months before it, so every later one is made anew with it.
select maaned from {{ ref('int_kpi__maaneder') }}

union

select maaned
from {{ ref('int_indlaeste_maaneder') }}
where maaned >= (select min(beroert.maaned) from {{ ref('int_kpi__maaneder') }} as beroert)
