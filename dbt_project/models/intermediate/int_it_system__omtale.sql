-- IT systems as the registers name them; KITOS numbers its systems itself.
select distinct
    'onboarding' as kilde,
    statusdato,
    it_system_uuid as uuid,
    it_system_navn as navn,
    it_system_navn_normaliseret as navn_normaliseret,
    leverandoer_navn,
    false as er_kitos
from {{ ref('stg_onboarding__klarmelding') }}

union all

select distinct
    'ski' as kilde,
    statusdato,
    it_system_uuid as uuid,
    it_system_navn as navn,
    it_system_navn_normaliseret as navn_normaliseret,
    leverandoer_navn,
    false as er_kitos
from {{ ref('stg_ski__krav') }}

union all

select distinct
    'systemanvendelse' as kilde,
    statusdato,
    it_system_uuid as uuid,
    it_system_navn as navn,
    it_system_navn_normaliseret as navn_normaliseret,
    null as leverandoer_navn,
    false as er_kitos
from {{ ref('stg_systemanvendelse__brug') }}

union all

select distinct
    'kitos' as kilde,
    statusdato,
    it_system_uuid as uuid,
    it_system_navn as navn,
    it_system_navn_normaliseret as navn_normaliseret,
    null as leverandoer_navn,
    true as er_kitos
from {{ ref('stg_kitos__brug') }}
