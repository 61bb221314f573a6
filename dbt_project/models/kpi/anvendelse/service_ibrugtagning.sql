-- How fast does a new service come to all? The municipalities in the order of their first calls.
with

foerste as (
    select
        service.service,
        service.version,
        min(service.snitflade) as snitflade,
        kald.myndighed_id,
        min(kald.maaned) as maaned
    from {{ ref('fct_kald_maaned') }} as kald
    inner join {{ ref('dim_service') }} as service on kald.service_id = service.service_id
    inner join {{ ref('dim_myndighed') }} as myndighed on kald.myndighed_id = myndighed.myndighed_id
    where
        kald.antal_kald > 0
        and myndighed.type = 'kommune'
    group by service.service, service.version, kald.myndighed_id
),

ordnet as (
    select
        *,
        min(snitflade) over (partition by service, version) as servicens_snitflade,
        min(maaned) over (partition by service, version) as foerste_kald,
        row_number() over (partition by service, version order by maaned asc, myndighed_id asc) as nummer
    from foerste
)

select
    service,
    version,
    servicens_snitflade as snitflade,
    foerste_kald,
    cast(nummer as integer) as nummer,
    maaned,
    cast(date_diff('month', foerste_kald, maaned) as integer) as maaneder
from ordnet
