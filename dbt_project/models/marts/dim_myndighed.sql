with

seneste_navn as (
    select
        cvr,
        navn
    from {{ ref('int_myndighed__set') }}
    qualify row_number() over (partition by cvr order by periode_til desc, navn desc) = 1
),

kommuner as (
    select * from {{ ref('stg_reference__kommuner') }}
),

samlet as (
    select
        coalesce(kommuner.cvr, seneste_navn.cvr) as cvr,
        coalesce(kommuner.navn, seneste_navn.navn) as navn,
        case when kommuner.cvr is not null then 'kommune' else 'anden' end as type,
        kommuner.kommune_kode,
        kommuner.region,
        kommuner.landsdel,
        kommuner.xyz_klasse
    from kommuner
    full outer join seneste_navn on kommuner.cvr = seneste_navn.cvr
)

select
    cast(cvr as bigint) as myndighed_id,
    cvr,
    navn,
    type,
    kommune_kode,
    region,
    landsdel,
    xyz_klasse
from samlet

union all

select 0, null, 'Ukendt', 'ukendt', null, null, null, null
