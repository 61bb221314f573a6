-- who has so few calls in every month that no day can be judged need not be read
with

kalender as (
    select
        date_trunc('month', min(dato)) as fra,
        max(dato) as til
    from {{ ref('int_drift__kalender') }}
    where laeses
)

select
    row_number() over (order by fakta.myndighed_id, fakta.it_system_id, fakta.service_id) as kombination,
    fakta.myndighed_id,
    fakta.it_system_id,
    fakta.service_id
from {{ ref('fct_kald_maaned') }} as fakta
inner join {{ ref('dim_service') }} as service on fakta.service_id = service.service_id
inner join kalender on fakta.maaned between kalender.fra and kalender.til
where service.platform = 'stoettesystemerne'
group by fakta.myndighed_id, fakta.it_system_id, fakta.service_id
having max(fakta.antal_kald) >= {{ afvigelse('forventet_mindst') }}
