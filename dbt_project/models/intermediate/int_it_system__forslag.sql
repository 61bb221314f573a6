-- Systems of the feeds whose names share a word with a system that only registers know, the likest first.
with

uafklarede as (
    select
        it_system_id,
        min(navn) as navn,
        min(navn_normaliseret) as navn_normaliseret,
        min(regel) as regel
    from {{ ref('int_it_system__register') }}
    where regel in ('kun_navn', 'kun_kitos')
    group by it_system_id
),

kendte as (
    select
        identitet.it_system_id,
        set_.navn,
        {{ normaliseret('set_.navn') }} as navn_normaliseret,
        max(set_.uuid) as uuid,
        -- a system that has a row group in system_alias.csv keeps it
        min(coalesce(identitet.alias_it_system, set_.navn)) as alias_it_system
    from {{ ref('int_it_system__set') }} as set_
    inner join {{ ref('int_it_system__identitet') }} as identitet on set_.uuid = identitet.uuid
    group by identitet.it_system_id, set_.navn, {{ normaliseret('set_.navn') }}
),

ord_i_uafklarede as (
    select distinct
        it_system_id,
        unnest(regexp_extract_all(navn_normaliseret, '[a-zæøå0-9]{3,}')) as ord
    from uafklarede
),

ord_i_kendte as (
    select distinct
        it_system_id,
        navn,
        unnest(regexp_extract_all(navn_normaliseret, '[a-zæøå0-9]{3,}')) as ord
    from kendte
),

par as (
    select distinct
        venstre.it_system_id,
        hoejre.it_system_id as kandidat_id,
        hoejre.navn as kandidat
    from ord_i_uafklarede as venstre
    inner join ord_i_kendte as hoejre on venstre.ord = hoejre.ord
),

lighed as (
    select
        par.it_system_id,
        par.kandidat_id,
        par.kandidat,
        kendte.uuid as kandidat_uuid,
        kendte.alias_it_system,
        jaro_winkler_similarity(uafklarede.navn_normaliseret, kendte.navn_normaliseret) as lighed
    from par
    inner join uafklarede on par.it_system_id = uafklarede.it_system_id
    inner join kendte
        on
            par.kandidat_id = kendte.it_system_id
            and par.kandidat = kendte.navn
),

bedste_navn as (
    select *
    from lighed
    qualify row_number() over (
        partition by it_system_id, kandidat_id order by lighed desc, kandidat asc
    ) = 1
)

select
    it_system_id,
    kandidat_id,
    kandidat,
    kandidat_uuid,
    alias_it_system,
    lighed,
    cast(row_number() over (
        partition by it_system_id order by lighed desc, kandidat asc, kandidat_uuid asc
    ) as integer) as rang
from bedste_navn
qualify rang <= 3
