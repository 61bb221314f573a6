-- A renamed system changes the rows of every month it stands in, so then all months are made anew.
with

omdoebt as (
    select ny.it_system_id
    from {{ ref('dim_it_system') }} as ny
    inner join {{ source('basis', 'it_system_foer') }} as foer on ny.it_system_id = foer.it_system_id
    where
        ny.navn is distinct from foer.navn
        or ny.uuid is distinct from foer.uuid

    union all

    select ny.service_id
    from {{ ref('dim_service') }} as ny
    inner join {{ source('basis', 'service_foer') }} as foer on ny.service_id = foer.service_id
    where ny.service is distinct from foer.service
)

select maaned from {{ source('plan', 'beroerte_kpi_maaneder') }}

union

select maaned
from {{ ref('int_indlaeste_maaneder') }}
where exists (select 1 from omdoebt)
