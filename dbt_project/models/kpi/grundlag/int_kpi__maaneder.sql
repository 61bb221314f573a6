-- A renamed system changes the rows of every month it stands in, and so does a register that says
-- something new of who uses what: then all months are made anew.
with

omdoebt as (
    select ny.it_system_id
    from {{ ref('dim_it_system') }} as ny
    inner join {{ source('basis', 'it_system_foer') }} as foer on ny.it_system_id = foer.it_system_id
    where
        ny.navn is distinct from foer.navn
        or ny.uuid is distinct from foer.uuid

    union all

    select ny.service_id
    from {{ ref('dim_service') }} as ny
    inner join {{ source('basis', 'service_foer') }} as foer on ny.service_id = foer.service_id
    where ny.service is distinct from foer.service
),

registre as (
    select
        'fct_klarmelding' as tabel,
        count(*) as raekker,
        bit_xor(hash(fakta)) as aftryk
    from {{ ref('fct_klarmelding') }} as fakta -- noqa: AL05

    union all

    select
        'fct_systemanvendelse' as tabel,
        count(*) as raekker,
        bit_xor(hash(fakta)) as aftryk
    from {{ ref('fct_systemanvendelse') }} as fakta -- noqa: AL05
),

aendrede_registre as (
    select ny.tabel
    from registre as ny
    inner join {{ source('basis', 'registre_foer') }} as foer on ny.tabel = foer.tabel
    where
        ny.raekker <> foer.raekker
        or ny.aftryk is distinct from foer.aftryk
)

select maaned from {{ source('plan', 'beroerte_kpi_maaneder') }}

union

select maaned
from {{ ref('int_indlaeste_maaneder') }}
where
    exists (select 1 from omdoebt)
    or exists (select 1 from aendrede_registre)
