-- Which authority called which service through which system in the 12 months that end with maaned; a service
-- is one on all platforms.
select
    aaret.maaned,
    aaret.it_system_id,
    service.service,
    service.version,
    aaret.myndighed_id,
    aaret.er_kommune,
    min(service.snitflade) as snitflade,
    sum(aaret.kald_12m) as kald_12m
from {{ ref('int_kald__aaret') }} as aaret
inner join {{ ref('dim_service') }} as service on aaret.service_id = service.service_id
group by
    aaret.maaned,
    aaret.it_system_id,
    service.service,
    service.version,
    aaret.myndighed_id,
    aaret.er_kommune
