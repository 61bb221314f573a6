with

nyeste as (
    select max(maaned) as maaned
    from {{ ref('int_indlaeste_maaneder') }}
    where platform = 'serviceplatformen'
),

aftaler as (
    select
        aftale.uuid,
        min(aftale.maaned) as foerste_maaned,
        min(aftale.maaned) filter (where aftale.antal_kald > 0) as foerste_kald,
        max(aftale.maaned) filter (where aftale.antal_kald > 0) as seneste_kald,
        sum(aftale.antal_kald) filter (
            where aftale.maaned > {{ dbt.dateadd('month', -12, 'nyeste.maaned') }}
        ) as kald_12m
    from {{ ref('int_serviceaftale__set') }} as aftale
    cross join nyeste
    group by aftale.uuid
),

med_parter as (
    select
        aftaler.*,
        dim.myndighed_id,
        dim.leverandoer_id,
        dim.it_system_id
    from aftaler
    inner join {{ ref('dim_serviceaftale') }} as dim on aftaler.uuid = dim.uuid
),

-- the same authority's agreement for the same system that took over: its first call comes at the
-- earliest the month before the old one's last, and at the latest three months after
efterfoelgere as (
    select
        gammel.uuid,
        arg_min(ny.uuid, (ny.foerste_kald, ny.uuid)) as erstattet_af
    from med_parter as gammel
    inner join med_parter as ny
        on
            gammel.myndighed_id = ny.myndighed_id
            and gammel.it_system_id = ny.it_system_id
            and gammel.uuid <> ny.uuid
            and gammel.foerste_kald < ny.foerste_kald
            and gammel.seneste_kald < ny.seneste_kald
            and ny.foerste_kald >= {{ dbt.dateadd('month', -1, 'gammel.seneste_kald') }}
            and ny.foerste_kald <= {{ dbt.dateadd('month', 3, 'gammel.seneste_kald') }}
    group by gammel.uuid
),

vurderet as (
    select
        med_parter.*,
        efterfoelgere.erstattet_af,
        date_diff('month', med_parter.seneste_kald, nyeste.maaned) as maaneder_stille,
        date_diff('month', med_parter.foerste_maaned, med_parter.foerste_kald) as maaneder_til_foerste_kald
    from med_parter
    cross join nyeste
    left join efterfoelgere on med_parter.uuid = efterfoelgere.uuid
)

select
    vurderet.uuid as serviceaftale_uuid,
    myndighed.cvr,
    myndighed.navn as myndighed,
    leverandoer.cvr as leverandoer_cvr,
    leverandoer.navn as leverandoer,
    system.uuid as it_system_uuid,
    system.navn as it_system,
    vurderet.foerste_maaned,
    vurderet.foerste_kald,
    vurderet.seneste_kald,
    cast(coalesce(vurderet.kald_12m, 0) as bigint) as kald_12m,
    cast(vurderet.maaneder_til_foerste_kald as integer) as maaneder_til_foerste_kald,
    cast(vurderet.maaneder_stille as integer) as maaneder_stille,
    case
        when vurderet.foerste_kald is null then 'aldrig_brugt'
        when vurderet.maaneder_stille = 0 then 'aktiv'
        when vurderet.erstattet_af is not null then 'erstattet'
        else 'stille'
    end as status,
    vurderet.erstattet_af
from vurderet
inner join {{ ref('dim_myndighed') }} as myndighed on vurderet.myndighed_id = myndighed.myndighed_id
inner join {{ ref('dim_leverandoer') }} as leverandoer on vurderet.leverandoer_id = leverandoer.leverandoer_id
inner join {{ ref('dim_it_system') }} as system on vurderet.it_system_id = system.it_system_id
