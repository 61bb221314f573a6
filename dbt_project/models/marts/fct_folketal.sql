select
    folketal.kvartal,
    cast(kommuner.cvr as bigint) as myndighed_id,
    folketal.folketal
from {{ ref('stg_reference__folketal') }} as folketal
inner join {{ ref('stg_reference__kommuner') }} as kommuner
    on folketal.kommune_kode = kommuner.kommune_kode
