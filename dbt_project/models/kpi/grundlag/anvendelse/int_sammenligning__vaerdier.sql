-- What municipalities are compared by: a value per measure, date and municipality, and what it is made of.
with

-- what is loaded in a month: there a municipality without calls is zero, not missing
omraader as (
    select distinct
        maaned,
        platform,
        dataomraade
    from {{ ref('kald_pr_indbygger') }}
),

folketal as (
    select
        folketal.maaned,
        myndighed.cvr,
        cast(folketal.folketal as double) as folketal
    from {{ ref('int_folketal__maaned') }} as folketal
    inner join {{ ref('dim_myndighed') }} as myndighed on folketal.myndighed_id = myndighed.myndighed_id
    where
        folketal.folketal > 0
        and myndighed.type = 'kommune'
),

kald as (
    select
        omraader.maaned,
        omraader.platform,
        omraader.dataomraade,
        folketal.cvr,
        coalesce(kald.kald, 0) as kald,
        folketal.folketal
    from omraader
    inner join folketal on omraader.maaned = folketal.maaned
    left join {{ ref('kald_pr_indbygger') }} as kald
        on
            omraader.maaned = kald.maaned
            and omraader.platform = kald.platform
            and omraader.dataomraade = kald.dataomraade
            and folketal.cvr = kald.cvr
),

-- by data area, and in all, on both platforms together
kald_i_alt as (
    select
        maaned,
        coalesce(dataomraade, 'alle') as dataomraade,
        cvr,
        sum(kald) as kald,
        max(folketal) as folketal
    from kald
    group by grouping sets ((maaned, cvr, dataomraade), (maaned, cvr))
),

hele_maaneder as (
    select maaned from {{ ref('maaned_status') }}
    where platform = 'alle' and kan_bruges
),

-- a growth is told between whole months only: others would show a fall that is none
udvikling as (
    select
        nu.maaned,
        nu.cvr,
        nu.kald,
        foer.kald as kald_foer
    from kald_i_alt as nu
    inner join kald_i_alt as foer
        on
            nu.maaned = {{ dbt.dateadd('month', 12, 'foer.maaned') }}
            and nu.cvr = foer.cvr
            and foer.dataomraade = 'alle'
    inner join hele_maaneder as hel_nu on nu.maaned = hel_nu.maaned
    inner join hele_maaneder as hel_foer on foer.maaned = hel_foer.maaned
    where
        nu.dataomraade = 'alle'
        and foer.kald > 0
),

taellinger as (
    select
        'kald_pr_indbygger' as maal,
        maaned as dato,
        platform,
        dataomraade,
        cvr,
        kald as taeller,
        folketal as grundlag
    from kald
    union all
    select 'kald_pr_indbygger', maaned, 'alle', dataomraade, cvr, kald, folketal
    from kald_i_alt
    union all
    select 'kald_af_aaret_foer', maaned, null, null, cvr, kald, kald_foer
    from udvikling
    union all
    select 'daekningsgrad', udtraeksdato, null, null, cvr, sum(emner_daekket), sum(emner_med_sager_xyz)
    from {{ ref('kle_daekning') }}
    group by udtraeksdato, cvr
    union all
    select 'opslag_pr_bruger', maaned, null, null, cvr, sum(opslag), sum(brugere)
    from {{ ref('sapa') }}
    group by maaned, cvr
    union all
    select 'tilslutningsgrad', statusdato, null, null, cvr, klarmeldte, obligatoriske
    from {{ ref('tilslutning_kommune') }}
    union all
    select 'realiseringsgrad', maaned, null, null, cvr, realiseret, mulige - kan_ikke_maales
    from {{ ref('potentiale_kommune') }}
)

select
    maal,
    dato,
    platform,
    dataomraade,
    cvr,
    cast(taeller as bigint) as taeller,
    cast(grundlag as bigint) as grundlag,
    taeller / nullif(cast(grundlag as double), 0) as vaerdi
from taellinger
