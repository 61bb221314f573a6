select distinct
    kilde as platform,
    cast({{ dbt.date_trunc('month', 'periode_til') }} as date) as maaned
from {{ ref('stg_lake__leverancer') }}
where
    er_aktiv
    and kilde in ('stoettesystemerne', 'serviceplatformen')
