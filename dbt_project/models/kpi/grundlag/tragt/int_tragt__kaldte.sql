-- The services that a municipality called with a system in the three months that end with maaned.
with

kaldte_maaneder as (
    select distinct maaned
    from {{ ref('int_kald__kommune_maaned') }}
),

-- each touched month with those that count for it: so calls are joined on equal months, which costs a third
vinduer as (
    select
        maaneder.maaned,
        kaldte.maaned as kaldt
    from {{ ref('int_tragt__maaneder') }} as maaneder
    inner join kaldte_maaneder as kaldte
        on
            maaneder.maaned >= kaldte.maaned
            and kaldte.maaned >= {{ dbt.dateadd('month', -2, 'maaneder.maaned') }}
    where maaneder.er_beroert
),

seneste as (
    select
        vinduer.maaned,
        kald.myndighed_id,
        kald.it_system_id,
        service.service,
        service.version,
        max(kald.maaned) as seneste_kald
    from {{ ref('int_kald__kommune_maaned') }} as kald
    inner join vinduer on kald.maaned = vinduer.kaldt
    inner join {{ ref('dim_service') }} as service on kald.service_id = service.service_id
    where kald.er_kommune
    group by vinduer.maaned, kald.myndighed_id, kald.it_system_id, service.service, service.version
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
