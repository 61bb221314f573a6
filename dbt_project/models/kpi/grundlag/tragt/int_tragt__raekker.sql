-- Which combinations have a row in a touched month, and what the lists in force say of them.
with

maaneder as (
    select *
    from {{ ref('int_tragt__maaneder') }}
    where er_beroert
),

kraevede as (
    select
        maaneder.maaned,
        liste.it_system_id,
        liste.snitflade_id
    from maaneder
    inner join {{ ref('int_ski__forloeb') }} as liste on maaneder.ski_dato = liste.statusdato
    where liste.krav is not null
),

oplyste as (
    select
        maaneder.maaned,
        ark.it_system_id,
        ark.snitflade_id
    from maaneder
    inner join {{ ref('int_klarmelding__forloeb') }} as ark on maaneder.ark_dato = ark.statusdato
    where ark.klarmelding is not null
),

-- the interfaces that SKI demands of a system, or that the sheet says something of
kendte as (
    select * from kraevede
    union
    select * from oplyste
),

kendte_systemer as (
    select distinct
        maaned,
        it_system_id
    from kendte
),

-- the first month in which anybody was seen calling with a system, or having an agreement for it
sete as (
    select
        it_system_id,
        min(maaned) as maaned
    from {{ ref('fct_kald_maaned') }}
    where
        antal_kald > 0
        or serviceaftale_id not in (0, {{ noegle("'00000000-0000-0000-0000-000000000000'") }})
    group by it_system_id
),

brugere as (
    select
        brug.maaned,
        brug.myndighed_id,
        brug.it_system_id
    from {{ ref('int_tragt__brug') }} as brug
    inner join maaneder on brug.maaned = maaneder.maaned
    where brug.bruger
),

-- what only KITOS or ADM know: one row without an interface
ukendte as (
    select
        brugere.maaned,
        brugere.myndighed_id,
        brugere.it_system_id
    from brugere
    inner join maaneder on brugere.maaned = maaneder.maaned
    left join kendte_systemer as kendt
        on
            brugere.maaned = kendt.maaned
            and brugere.it_system_id = kendt.it_system_id
    left join sete
        on
            brugere.maaned >= sete.maaned
            and brugere.it_system_id = sete.it_system_id
    where
        maaneder.ski_dato is not null
        and kendt.maaned is null
        and sete.maaned is null
)

select
    brugere.maaned,
    brugere.myndighed_id,
    brugere.it_system_id,
    kendte.snitflade_id
from brugere
inner join kendte
    on
        brugere.maaned = kendte.maaned
        and brugere.it_system_id = kendte.it_system_id

union

select
    forloeb.maaned,
    forloeb.myndighed_id,
    forloeb.it_system_id,
    forloeb.snitflade_id
from {{ ref('int_tragt__forloeb') }} as forloeb
inner join maaneder on forloeb.maaned = maaneder.maaned
where forloeb.kald12 or forloeb.aftale

union

select
    maaned,
    myndighed_id,
    it_system_id,
    null as snitflade_id
from ukendte
