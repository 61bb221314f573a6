select
    cvr,
    it_system_uuid,
    service,
    cast(fra as date) as fra,
    cast(til as date) as til,
    lower(vurdering) as vurdering,
    bemaerkning,
    lower(vurdering) in ('normal', 'hændelse', 'haendelse') as er_afgjort
from {{ source('lake', 'vurderinger') }}
