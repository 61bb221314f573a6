-- A renamed system changes the rows of every month it stands in, and so does a register that says
-- something new of who uses what: then all months are made anew.
with

omdoebt as (
    {{ omdoebte('it_system', ['navn', 'uuid']) }}
    union all
    {{ omdoebte('service', ['service']) }}
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
