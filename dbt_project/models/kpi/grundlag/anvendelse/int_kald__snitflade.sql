-- Calls of the 12 months per system, interface and authority; services outside the catalogue have none. Where
-- platforms have a service each with an interface of its own, calls count where they were made.
select
    aaret.maaned,
    aaret.it_system_id,
    snitflade.snitflade_id,
    aaret.myndighed_id,
    aaret.er_kommune,
    sum(aaret.kald_12m) as kald_12m
from {{ ref('int_kald__aaret') }} as aaret
inner join {{ ref('dim_service') }} as service on aaret.service_id = service.service_id
inner join {{ ref('int_snitflade') }} as snitflade on service.snitflade = snitflade.snitflade
group by aaret.maaned, aaret.it_system_id, snitflade.snitflade_id, aaret.myndighed_id, aaret.er_kommune
