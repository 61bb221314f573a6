with

services as (
    select
        service_id,
        platform,
        stoettesystem,
        service_normaliseret,
        version,
        min(service) as service
    from {{ ref('int_service__identitet') }}
    group by service_id, platform, stoettesystem, service_normaliseret, version
)

select
    services.service_id,
    services.platform,
    services.stoettesystem,
    services.service,
    services.version,
    coalesce(katalog.snitflade, 'Ukendt') as snitflade,
    coalesce(katalog.dataomraade, 'Ukendt') as dataomraade,
    katalog.adgang,
    katalog.service is not null as er_i_katalog
from services
left join {{ ref('stg_reference__service_katalog') }} as katalog
    on
        services.platform = katalog.platform
        and services.service_normaliseret = katalog.service_normaliseret

union all

select 0, 'ukendt', null, 'Ukendt', null, 'Ukendt', 'Ukendt', null, false
