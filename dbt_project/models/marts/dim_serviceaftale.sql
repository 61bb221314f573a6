with

aftaler as (
    select *
    from {{ ref('int_serviceaftale__set') }}
    where uuid is not null
),

kald as (
    select
        uuid,
        min(case when antal_kald > 0 then maaned end) as foerste_maaned,
        max(case when antal_kald > 0 then maaned end) as seneste_maaned
    from aftaler
    group by uuid
),

seneste as (
    select
        uuid,
        myndighed_cvr,
        leverandoer_cvr,
        it_system_uuid
    from aftaler
    qualify
        row_number() over (
            partition by uuid
            order by maaned desc, myndighed_cvr asc, it_system_uuid asc, leverandoer_cvr asc
        ) = 1
)

select
    {{ noegle('seneste.uuid') }} as serviceaftale_id,
    seneste.uuid,
    cast(seneste.myndighed_cvr as bigint) as myndighed_id,
    cast(seneste.leverandoer_cvr as bigint) as leverandoer_id,
    identitet.it_system_id,
    kald.foerste_maaned,
    kald.seneste_maaned
from seneste
inner join kald on seneste.uuid = kald.uuid
inner join {{ ref('int_it_system__identitet') }} as identitet
    on seneste.it_system_uuid = identitet.uuid

union all

select 0, null, 0, 0, 0, null, null
