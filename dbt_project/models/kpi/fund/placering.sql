-- Where a municipality stands among the 98, month by month, without anybody else's value.
with

vaerdier as (
    select * from {{ ref('int_sammenligning__vaerdier') }}
    where
        coalesce(platform, 'alle') = 'alle'
        and coalesce(dataomraade, 'alle') = 'alle'
        and vaerdi is not null
),

maalene as (
    select distinct maal from vaerdier
),

-- of a sheet or an extract the one in force, of the rest the month itself
datoer as (
    select
        gaeldende.maaned,
        maalene.maal,
        case maalene.maal
            when 'tilslutningsgrad' then gaeldende.statusdato
            when 'daekningsgrad' then gaeldende.udtraeksdato
            else gaeldende.maaned
        end as dato
    from {{ ref('gaeldende') }} as gaeldende
    cross join maalene
),

-- the first sheet stands for the months before it too, but gives no place in them
gaeldende as (
    select * from datoer
    where dato <= {{ dbt.last_day('maaned', 'month') }}
),

ordnet as (
    select
        gaeldende.maaned,
        gaeldende.maal,
        gaeldende.dato,
        -- only what is counted over 12 months needs as many behind it to be compared
        case when gaeldende.maal = 'realiseringsgrad' then vindue.maaneder_12m end as maaneder_12m,
        vaerdier.cvr,
        vaerdier.taeller,
        vaerdier.grundlag,
        vaerdier.vaerdi,
        rank() over (maalet order by vaerdier.vaerdi desc) as plads,
        count(*) over (
            partition by gaeldende.maaned, gaeldende.maal, vaerdier.vaerdi
        ) as paa_pladsen,
        count(*) over maalet as blandt
    from gaeldende
    inner join vaerdier
        on
            gaeldende.maal = vaerdier.maal
            and gaeldende.dato = vaerdier.dato
    left join {{ ref('int_maaneder__vindue') }} as vindue on gaeldende.maaned = vindue.maaned
    window maalet as (partition by gaeldende.maaned, gaeldende.maal)
)

select
    ordnet.maaned,
    myndighed.cvr,
    myndighed.navn as kommune,
    myndighed.xyz_klasse,
    ordnet.maal,
    ordnet.dato,
    ordnet.taeller,
    ordnet.grundlag,
    ordnet.vaerdi,
    cast(ordnet.plads as integer) as plads,
    cast(ordnet.paa_pladsen as integer) as paa_pladsen,
    cast(ordnet.blandt as integer) as blandt,
    ordnet.plads + ordnet.paa_pladsen > ordnet.blandt and ordnet.blandt > ordnet.paa_pladsen as er_sidst,
    alle.nedre_kvartil,
    alle.median,
    alle.oevre_kvartil,
    klassen.median as klassens_median,
    kvartal.taeller as taeller_kvartal_foer,
    kvartal.vaerdi as vaerdi_kvartal_foer,
    aar.vaerdi as vaerdi_aar_foer
from ordnet
inner join {{ ref('dim_myndighed') }} as myndighed on ordnet.cvr = myndighed.cvr
left join {{ ref('benchmark_fordeling') }} as alle
    on
        ordnet.maal = alle.maal
        and ordnet.dato = alle.dato
        and coalesce(alle.platform, 'alle') = 'alle'
        and coalesce(alle.dataomraade, 'alle') = 'alle'
        and alle.gruppering = 'alle'
left join {{ ref('benchmark_fordeling') }} as klassen
    on
        ordnet.maal = klassen.maal
        and ordnet.dato = klassen.dato
        and coalesce(klassen.platform, 'alle') = 'alle'
        and coalesce(klassen.dataomraade, 'alle') = 'alle'
        and klassen.gruppering = 'xyz_klasse'
        and myndighed.xyz_klasse = klassen.gruppe
left join ordnet as kvartal
    on
        ordnet.maaned = {{ dbt.dateadd('month', 3, 'kvartal.maaned') }}
        and ordnet.maal = kvartal.maal
        and ordnet.cvr = kvartal.cvr
        and ordnet.maaneder_12m is not distinct from kvartal.maaneder_12m
left join ordnet as aar
    on
        ordnet.maaned = {{ dbt.dateadd('month', 12, 'aar.maaned') }}
        and ordnet.maal = aar.maal
        and ordnet.cvr = aar.cvr
        and ordnet.maaneder_12m is not distinct from aar.maaneder_12m
