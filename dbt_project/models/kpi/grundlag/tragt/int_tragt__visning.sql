-- How finely others than KOMBIT may see each sum over municipalities taken by itself: 3 by step, 2 by merged
-- steps, 1 the total, 0 nothing.
with

pr_kommune as (
    select
        *,
        {{ tragt_trin() }} as trin_navn,
        {{ tragt_samlet() }} as samlet
    from {{ ref('int_tragt__pr_kommune') }}
    where niveau <> 'kommune'
),

efter_trin as (
    select
        maaned,
        niveau,
        medlem_id,
        krav,
        trin_navn,
        count(*) as kommuner,
        sum(antal) as antal,
        max(antal) as stoerste
    from pr_kommune
    group by maaned, niveau, medlem_id, krav, trin_navn
),

samlet_pr_kommune as (
    select
        maaned,
        niveau,
        medlem_id,
        krav,
        samlet,
        myndighed_id,
        sum(antal) as antal
    from pr_kommune
    group by maaned, niveau, medlem_id, krav, samlet, myndighed_id
),

efter_samlet as (
    select
        maaned,
        niveau,
        medlem_id,
        krav,
        samlet,
        count(*) as kommuner,
        sum(antal) as antal,
        max(antal) as stoerste
    from samlet_pr_kommune
    group by maaned, niveau, medlem_id, krav, samlet
),

i_alt as (
    select
        maaned,
        niveau,
        medlem_id,
        krav,
        count(distinct myndighed_id) as kommuner
    from pr_kommune
    group by maaned, niveau, medlem_id, krav
),

trin as (
    select
        maaned,
        niveau,
        medlem_id,
        krav,
        {{ dele_kan_vises('trin_navn', "'udfaset', 'stabil_brug', 'foerste_kald', 'aftale'") }} as kan_vises
    from efter_trin
    group by maaned, niveau, medlem_id, krav
),

samlede as (
    select
        maaned,
        niveau,
        medlem_id,
        krav,
        {{ dele_kan_vises('samlet', "'klar', 'i_brug', 'ude'") }} as kan_vises
    from efter_samlet
    group by maaned, niveau, medlem_id, krav
)

select
    i_alt.maaned,
    i_alt.niveau,
    i_alt.medlem_id,
    i_alt.krav,
    i_alt.kommuner,
    case
        when trin.kan_vises then 3
        when samlede.kan_vises then 2
        when {{ er_anonym('i_alt.kommuner') }} then 1
        else 0
    end as finhed
from i_alt
inner join trin
    on
        i_alt.maaned = trin.maaned
        and i_alt.niveau = trin.niveau
        and i_alt.medlem_id = trin.medlem_id
        and i_alt.krav is not distinct from trin.krav
inner join samlede
    on
        i_alt.maaned = samlede.maaned
        and i_alt.niveau = samlede.niveau
        and i_alt.medlem_id = samlede.medlem_id
        and i_alt.krav is not distinct from samlede.krav
