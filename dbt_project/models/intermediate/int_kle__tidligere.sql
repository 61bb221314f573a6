-- Counts that must be hidden because of what earlier releases said of the same extract.
--
-- Two systems that are one by an alias, before or after: their sum less the part that is shown is the part
-- that is hidden. So where a system's parts were put together otherwise, and one of the counts is or was
-- hidden, all are hidden. And a count of 5 to 8 stays hidden beside a small one that was published, though
-- that one is corrected or withdrawn.
with

taerskel as (
    select greatest(coalesce(max(taerskel), 0), {{ mindste_taerskel() }}) as taerskel
    from {{ ref('stg_reference__formaal') }}
    where tabel = 'marts.fct_kle_sager'
),

-- which UUIDs are one system: now, and in each release that is kept
grupper as (
    select
        '' as publicering_id,
        uuid,
        it_system_id
    from {{ ref('int_it_system__identitet') }}
    union all
    select
        publicering_id,
        uuid,
        it_system_id
    from {{ source('plan', 'identitet_foer') }}
),

-- UUIDs that were together in any of them, directly or through others
familie_0 as (
    select distinct
        uuid,
        uuid as familie
    from grupper
),

{% for nr in range(4) %}
    familie_{{ nr + 1 }} as (
        select
            af_gruppe.uuid,
            min(af_gruppe.mindste) as familie
        from (
            select
                grupper.uuid,
                min(foer.familie) over (partition by grupper.publicering_id, grupper.it_system_id) as mindste
            from grupper
            inner join familie_{{ nr }} as foer on grupper.uuid = foer.uuid
        ) as af_gruppe
        group by af_gruppe.uuid
    ),

{% endfor %}

familier as (
    select
        nu.uuid,
        nu.it_system_id,
        familie_4.familie
    from {{ ref('int_it_system__identitet') }} as nu
    inner join familie_4 on nu.uuid = familie_4.uuid
),

-- a family that a release divided otherwise than this one
delt_om as (
    select par.familie
    from (
        select distinct
            familier.familie,
            foer.publicering_id,
            familier.it_system_id as nu_id,
            foer.it_system_id as foer_id
        from familier
        inner join {{ source('plan', 'identitet_foer') }} as foer on familier.uuid = foer.uuid
    ) as par
    group by par.familie, par.publicering_id
    having count(*) <> count(distinct par.nu_id) or count(*) <> count(distinct par.foer_id)
),

-- what an earlier release hid, under the system's key of today
skjult_foer as (
    select distinct
        foer.udtraeksdato,
        foer.myndighed_id,
        foer.kle_id,
        foer.antal_sager,
        foer.maskeret_ved_kilden,
        foer.diskretion_aarsag,
        familier.it_system_id,
        familier.familie
    from {{ source('plan', 'kle_foer') }} as foer
    inner join {{ source('plan', 'identitet_foer') }} as identitet
        on foer.publicering_id = identitet.publicering_id and foer.it_system_id = identitet.it_system_id
    inner join familier on identitet.uuid = familier.uuid
),

-- small in some extract, so that a count in another may be hidden beside it
smaa as (
    select distinct
        sager.myndighed_id,
        sager.it_system_id,
        sager.kle_id
    from {{ ref('int_kle__sager') }} as sager
    cross join taerskel
    where
        sager.maskeret_ved_kilden
        or (sager.antal_sager > 0 and sager.antal_sager < taerskel.taerskel)
),

nu as (
    select distinct
        sager.udtraeksdato,
        sager.myndighed_id,
        sager.kle_id,
        sager.it_system_id,
        sager.antal_sager,
        sager.maskeret_ved_kilden
        or (sager.antal_sager > 0 and sager.antal_sager < taerskel.taerskel)
        or (
            sager.antal_sager > 0
            and sager.antal_sager < 2 * taerskel.taerskel - 1
            and smaa.kle_id is not null
        ) as kan_vaere_skjult,
        familier.familie,
        delt_om.familie is not null as er_delt_om
    from {{ ref('int_kle__sager') }} as sager
    inner join {{ ref('int_kle__udtraek') }} as vurderes on sager.udtraeksdato = vurderes.udtraeksdato
    inner join familier on sager.it_system_id = familier.it_system_id
    left join (select distinct delt_om.familie from delt_om) as delt_om on familier.familie = delt_om.familie
    left join smaa
        on
            sager.myndighed_id = smaa.myndighed_id
            and sager.it_system_id = smaa.it_system_id
            and sager.kle_id = smaa.kle_id
    cross join taerskel
),

skjult_i_familien as (
    select udtraeksdato, myndighed_id, kle_id, familie from skjult_foer
    union
    select udtraeksdato, myndighed_id, kle_id, familie from nu
    where kan_vaere_skjult
),

roeber as (
    select
        nu.udtraeksdato,
        nu.myndighed_id,
        nu.kle_id,
        nu.it_system_id,
        true as uanset_grund
    from nu
    inner join skjult_i_familien as skjult
        on
            nu.udtraeksdato = skjult.udtraeksdato
            and nu.myndighed_id = skjult.myndighed_id
            and nu.kle_id = skjult.kle_id
            and nu.familie = skjult.familie
    where nu.er_delt_om

    union all

    select
        nu.udtraeksdato,
        nu.myndighed_id,
        nu.kle_id,
        nu.it_system_id,
        foer.diskretion_aarsag = 'tidligere' as uanset_grund
    from nu
    inner join skjult_foer as foer
        on
            nu.udtraeksdato = foer.udtraeksdato
            and nu.myndighed_id = foer.myndighed_id
            and nu.kle_id = foer.kle_id
            and nu.it_system_id = foer.it_system_id
    cross join taerskel
    where
        foer.diskretion_aarsag = 'tidligere'
        or (
            nu.antal_sager >= taerskel.taerskel
            and nu.antal_sager < 2 * taerskel.taerskel - 1
            and (
                foer.diskretion_aarsag = 'sekundaer'
                or foer.maskeret_ved_kilden
                or foer.antal_sager < taerskel.taerskel
            )
        )
)

-- where parts were put together otherwise, a reason would tell too: how large a sum of small counts is
select
    udtraeksdato,
    myndighed_id,
    kle_id,
    it_system_id,
    bool_or(uanset_grund) as uanset_grund
from roeber
group by udtraeksdato, myndighed_id, kle_id, it_system_id
