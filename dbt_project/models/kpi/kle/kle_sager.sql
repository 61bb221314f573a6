{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='udtraeksdato',
    pre_hook="{{ slet_beroerte('udtraeksdato', ref('int_kle__udtraek')) }}"
) }}

-- Sums of what is published, and of nothing else: no figure here depends on a hidden count.
with

taerskel as (
    select greatest(coalesce(max(taerskel), 0), {{ mindste_taerskel() }}) as taerskel
    from {{ ref('stg_reference__formaal') }}
    where tabel = 'kpi.kle_sager'
),

kle_niveauer as (
    select
        kle_id,
        'emne' as kle_niveau,
        kle_nummer as kle,
        emne as kle_titel
    from {{ ref('dim_kle') }}
    union all
    select kle_id, 'gruppe', gruppe, gruppe_titel from {{ ref('dim_kle') }}
    union all
    select kle_id, 'hovedgruppe', hovedgruppe, hovedgruppe_titel from {{ ref('dim_kle') }}
    union all
    select kle_id, 'alle', null, 'Alle emner' from {{ ref('dim_kle') }}
),

geografier as (
    select
        myndighed_id,
        'myndighed' as geo_niveau,
        cvr,
        navn as geografi
    from {{ ref('dim_myndighed') }}
    union all
    select myndighed_id, 'landsdel', null, coalesce(landsdel, 'Uden for kommunerne')
    from {{ ref('dim_myndighed') }}
    union all
    select myndighed_id, 'region', null, coalesce(region, 'Uden for kommunerne')
    from {{ ref('dim_myndighed') }}
    union all
    select myndighed_id, 'land', null, 'Hele landet' from {{ ref('dim_myndighed') }}
),

-- 0 stands for all systems; a single one is shown by main group and as a whole, its subjects are in the fact
systemer as (
    select
        it_system_id,
        it_system_id as system_noegle
    from {{ ref('dim_it_system') }}
    union all
    select it_system_id, 0 from {{ ref('dim_it_system') }}
),

-- by authority first, so that the four geographies are sums of few rows
pr_myndighed as (
    select
        sager.udtraeksdato,
        sager.myndighed_id,
        kle_niveauer.kle_niveau,
        kle_niveauer.kle,
        max(kle_niveauer.kle_titel) as kle_titel,
        systemer.system_noegle,
        sum(sager.antal_sager) as antal_sager,
        count(*) filter (where sager.er_diskretioneret) as skjulte,
        bool_and(sager.diskretion_aarsag = 'kilde') filter (where sager.er_diskretioneret) as kun_kilde,
        bool_or(sager.diskretion_aarsag = 'primaer') as har_primaer,
        bool_or(sager.diskretion_aarsag = 'tidligere') as har_tidligere
    from {{ ref('fct_kle_sager') }} as sager
    inner join {{ ref('int_kle__udtraek') }} as udtraek on sager.udtraeksdato = udtraek.udtraeksdato
    inner join kle_niveauer on sager.kle_id = kle_niveauer.kle_id
    inner join systemer on sager.it_system_id = systemer.it_system_id
    where
        systemer.system_noegle = 0
        or kle_niveauer.kle_niveau in ('hovedgruppe', 'alle')
    group by
        sager.udtraeksdato, sager.myndighed_id,
        kle_niveauer.kle_niveau, kle_niveauer.kle, systemer.system_noegle
),

summer as (
    select
        pr_myndighed.udtraeksdato,
        pr_myndighed.kle_niveau,
        pr_myndighed.kle,
        max(pr_myndighed.kle_titel) as kle_titel,
        geografier.geo_niveau,
        geografier.geografi,
        geografier.cvr,
        pr_myndighed.system_noegle,
        sum(pr_myndighed.antal_sager) as antal_sager,
        sum(pr_myndighed.skjulte) as skjulte,
        bool_and(pr_myndighed.kun_kilde) as kun_kilde,
        bool_or(pr_myndighed.har_primaer) as har_primaer,
        bool_or(pr_myndighed.har_tidligere) as har_tidligere,
        count(*) as myndigheder
    from pr_myndighed
    inner join geografier on pr_myndighed.myndighed_id = geografier.myndighed_id
    group by
        pr_myndighed.udtraeksdato, pr_myndighed.kle_niveau, pr_myndighed.kle,
        geografier.geo_niveau, geografier.geografi, geografier.cvr, pr_myndighed.system_noegle
),

vist as (
    select
        summer.*,
        -- none is said only where none is hidden
        coalesce(
            summer.antal_sager >= taerskel.taerskel or (summer.antal_sager = 0 and summer.skjulte = 0), false
        ) as vises
    from summer
    cross join taerskel
)

select
    vist.udtraeksdato,
    vist.kle_niveau,
    vist.kle,
    vist.kle_titel,
    vist.geo_niveau,
    vist.geografi,
    vist.cvr,
    system.uuid as it_system_uuid,
    coalesce(system.navn, 'Alle it-systemer') as it_system,
    case when vist.vises then cast(vist.antal_sager as bigint) end as antal_sager,
    not vist.vises as er_diskretioneret,
    case
        when vist.vises then null
        when vist.antal_sager > 0 or vist.har_primaer then 'primaer'
        when vist.kun_kilde then 'kilde'
        when vist.har_tidligere then 'tidligere'
        else 'sekundaer'
    end as diskretion_aarsag,
    cast(vist.skjulte as integer) as skjulte_celler,
    cast(vist.myndigheder as integer) as myndigheder
from vist
left join {{ ref('dim_it_system') }} as system on nullif(vist.system_noegle, 0) = system.it_system_id
