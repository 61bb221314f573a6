-- What a sum is about, by name. Rows without an interface are a sum of their own.
select
    'kommune' as niveau,
    myndighed_id as medlem_id,
    cvr,
    navn as kommune,
    null as it_system_uuid,
    null as it_system,
    null as leverandoer,
    null as snitflade,
    null as snitflade_navn
from {{ ref('dim_myndighed') }}

union all

select
    'it_system' as niveau,
    system.it_system_id as medlem_id,
    null as cvr,
    null as kommune,
    system.uuid as it_system_uuid,
    system.navn as it_system,
    leverandoer.navn as leverandoer,
    null as snitflade,
    null as snitflade_navn
from {{ ref('dim_it_system') }} as system
inner join {{ ref('dim_leverandoer') }} as leverandoer on system.leverandoer_id = leverandoer.leverandoer_id

union all

select
    'leverandoer' as niveau,
    leverandoer_id as medlem_id,
    null as cvr,
    null as kommune,
    null as it_system_uuid,
    null as it_system,
    navn as leverandoer,
    null as snitflade,
    null as snitflade_navn
from {{ ref('dim_leverandoer') }}

union all

select
    'snitflade' as niveau,
    snitflade_id as medlem_id,
    null as cvr,
    null as kommune,
    null as it_system_uuid,
    null as it_system,
    null as leverandoer,
    case when snitflade_id <> 0 then snitflade end as snitflade,
    case when snitflade_id <> 0 then navn end as snitflade_navn
from {{ ref('dim_snitflade') }}

union all

select 'k98', 0, null, null, null, null, null, null, null
