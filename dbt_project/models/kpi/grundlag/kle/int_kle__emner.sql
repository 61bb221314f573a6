-- Subjects with cases per municipality in the touched extracts; a suppressed count is at least one.
with

har_sager as (
    select distinct
        sager.udtraeksdato,
        sager.myndighed_id,
        sager.kle_id
    from {{ ref('fct_kle_sager') }} as sager
    inner join {{ source('plan', 'beroerte_udtraek') }} as beroert
        on sager.udtraeksdato = beroert.udtraeksdato
    where
        sager.er_diskretioneret
        or sager.antal_sager > 0
),

klasser as (
    select
        xyz_klasse,
        count(*) as kommuner_i_klassen
    from {{ ref('dim_myndighed') }}
    where type = 'kommune'
    group by xyz_klasse
),

pr_klasse as (
    select
        har_sager.udtraeksdato,
        myndighed.xyz_klasse,
        har_sager.kle_id,
        klasser.kommuner_i_klassen,
        count(*) as kommuner_med_sager
    from har_sager
    inner join {{ ref('dim_myndighed') }} as myndighed on har_sager.myndighed_id = myndighed.myndighed_id
    inner join klasser on myndighed.xyz_klasse = klasser.xyz_klasse
    where myndighed.type = 'kommune'
    group by har_sager.udtraeksdato, myndighed.xyz_klasse, har_sager.kle_id, klasser.kommuner_i_klassen
)

-- one row per municipality and subject that any municipality of its class has cases in
select
    pr_klasse.udtraeksdato,
    myndighed.myndighed_id,
    pr_klasse.kle_id,
    pr_klasse.kommuner_i_klassen,
    pr_klasse.kommuner_med_sager,
    2 * pr_klasse.kommuner_med_sager >= pr_klasse.kommuner_i_klassen as er_almindeligt,
    har_sager.kle_id is not null as har_sager
from pr_klasse
inner join {{ ref('dim_myndighed') }} as myndighed on pr_klasse.xyz_klasse = myndighed.xyz_klasse
left join har_sager
    on
        pr_klasse.udtraeksdato = har_sager.udtraeksdato
        and pr_klasse.kle_id = har_sager.kle_id
        and myndighed.myndighed_id = har_sager.myndighed_id
where myndighed.type = 'kommune'
