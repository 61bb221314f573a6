with

seneste_navn as (
    select
        cvr,
        navn
    from {{ ref('int_myndighed__set') }}
    qualify row_number() over (partition by cvr order by periode_til desc, navn desc) = 1
),

-- registers give some authorities by CVR number only
i_registre as (
    select
        cvr,
        arg_max(navn, (statusdato, navn)) filter (where navn is not null) as navn
    from (
        select
            myndighed_cvr as cvr,
            myndighed_navn as navn,
            statusdato
        from {{ ref('stg_kitos__brug') }}
        union all
        select
            myndighed_cvr as cvr,
            null as navn,
            null as statusdato
        from {{ ref('stg_systemanvendelse__brug') }}
        union all
        select
            lpad(cast(myndighed_id as varchar), 8, '0') as cvr,
            null as navn,
            null as statusdato
        from {{ ref('fct_sapa_opslag') }}
    ) as registre
    group by cvr
),

myndigheder as (
    select
        coalesce(seneste_navn.cvr, i_registre.cvr) as cvr,
        coalesce(seneste_navn.navn, i_registre.navn, 'CVR ' || i_registre.cvr) as navn
    from seneste_navn
    full outer join i_registre on seneste_navn.cvr = i_registre.cvr
),

kommuner as (
    select * from {{ ref('stg_reference__kommuner') }}
),

samlet as (
    select
        coalesce(kommuner.cvr, myndigheder.cvr) as cvr,
        coalesce(kommuner.navn, myndigheder.navn) as navn,
        case
            when
                kommuner.cvr is not null
                then coalesce(kommuner.officielt_navn, {{ officielt_navn('kommuner.navn') }})
            else myndigheder.navn
        end as officielt_navn,
        case when kommuner.cvr is not null then 'kommune' else 'anden' end as type,
        kommuner.kommune_kode,
        kommuner.region,
        kommuner.landsdel,
        kommuner.xyz_klasse
    from kommuner
    full outer join myndigheder on kommuner.cvr = myndigheder.cvr
    -- zeros identify nobody: such rows count for the unknown member
    where cast(coalesce(kommuner.cvr, myndigheder.cvr) as bigint) <> 0
)

select
    cast(cvr as bigint) as myndighed_id,
    cvr,
    navn,
    officielt_navn,
    type,
    kommune_kode,
    region,
    landsdel,
    xyz_klasse
from samlet

union all

select 0, null, 'Ukendt', 'Ukendt', 'ukendt', null, null, null, null
