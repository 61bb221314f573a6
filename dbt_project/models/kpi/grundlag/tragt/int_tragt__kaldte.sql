-- The services that a municipality called with a system in the three months that end with maaned.
with

kald as (
    select
        fakta.maaned,
        fakta.myndighed_id,
        fakta.it_system_id,
        service.service,
        service.version
    from {{ ref('int_kald__kommune_maaned') }} as fakta
    inner join {{ ref('dim_service') }} as service on fakta.service_id = service.service_id
    where fakta.er_kommune
    group by fakta.maaned, fakta.myndighed_id, fakta.it_system_id, service.service, service.version
),

seneste as (
    select
        maaneder.maaned,
        kald.myndighed_id,
        kald.it_system_id,
        kald.service,
        kald.version,
        max(kald.maaned) as seneste_kald
    from {{ ref('int_tragt__maaneder') }} as maaneder
    inner join kald
        on
            maaneder.maaned >= kald.maaned
            and kald.maaned >= {{ dbt.dateadd('month', -2, 'maaneder.maaned') }}
    where maaneder.er_beroert
    group by maaneder.maaned, kald.myndighed_id, kald.it_system_id, kald.service, kald.version
)

select
    seneste.maaned,
    seneste.myndighed_id,
    seneste.it_system_id,
    max(seneste.seneste_kald) as seneste_kald,
    count(konsekvens.nyere_version) as gamle_versioner
from seneste
left join {{ ref('service_konsekvens') }} as konsekvens
    on
        seneste.maaned = konsekvens.maaned
        and seneste.service = konsekvens.service
        and seneste.version = konsekvens.version
group by seneste.maaned, seneste.myndighed_id, seneste.it_system_id
