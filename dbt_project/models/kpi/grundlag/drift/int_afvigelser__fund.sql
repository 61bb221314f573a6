{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by=['dato_id', 'maaned'],
    pre_hook=[
        "{{ slet_beroerte_dage() }}",
        "{{ slet_beroerte('dato_id', ref('int_drift__kalender') ~ ' where er_beroert') }}",
        "{{ slet_beroerte('maaned', source('plan', 'beroerte_dages_maaneder')) }}",
    ]
) }}

with

kalender as (
    select * from {{ ref('int_drift__kalender') }}
    where laeses
),

-- who has so few calls in every month that no day can be judged need not be read
kombinationer as (
    select
        row_number() over (order by fakta.myndighed_id, fakta.it_system_id, fakta.service_id) as kombination,
        fakta.myndighed_id,
        fakta.it_system_id,
        fakta.service_id
    from {{ ref('fct_kald_maaned') }} as fakta
    inner join {{ ref('dim_service') }} as service on fakta.service_id = service.service_id
    where
        service.platform = 'stoettesystemerne'
        and fakta.maaned >= (select date_trunc('month', min(kalender.dato)) from kalender)
        and fakta.maaned <= (select max(kalender.dato) from kalender)
    group by fakta.myndighed_id, fakta.it_system_id, fakta.service_id
    having max(fakta.antal_kald) >= {{ afvigelse('forventet_mindst') }}
),

-- the busiest hour's calls and its number in one integer, so that one maximum finds both
doegn_id as (
    select
        fakta.dato_id,
        kombinationer.kombination,
        cast(sum(fakta.antal_kald) as bigint) as kald,
        max(fakta.antal_kald * 32 + fakta.time_id) as spids,
        cast(sum(case when fakta.time_id < 5 then fakta.antal_kald else 0 end) as bigint) as natkald
    from {{ ref('fct_kald_time') }} as fakta
    inner join kombinationer
        on
            fakta.myndighed_id = kombinationer.myndighed_id
            and fakta.it_system_id = kombinationer.it_system_id
            and fakta.service_id = kombinationer.service_id
    where
        fakta.dato_id >= (select min(kalender.dato_id) from kalender)
        and fakta.dato_id <= (select max(kalender.dato_id) from kalender)
    group by fakta.dato_id, kombinationer.kombination
),

doegn as materialized (
    select
        doegn_id.*,
        kalender.dato
    from doegn_id
    inner join kalender on doegn_id.dato_id = kalender.dato_id
),

-- the expected is the middle of eight days: it takes four of them with as many calls
mulige as (
    select
        kombination,
        min(dato) as fra,
        max(dato) + {{ afvigelse('otte_dage_fylder') }} as til
    from doegn
    group by kombination
    having count(*) filter (where kald >= {{ afvigelse('forventet_mindst') }}) >= 4
),

-- a loaded day without calls is a day with none
dage as (
    select
        mulige.kombination,
        kalender.dato,
        kalender.slags,
        kalender.kan_vurderes and kalender.er_beroert as skal_vurderes,
        coalesce(doegn.kald, 0) as kald,
        coalesce(doegn.spids, 0) as spids,
        coalesce(doegn.natkald, 0) as natkald
    from mulige
    inner join kalender on kalender.dato between mulige.fra and mulige.til
    left join doegn on mulige.kombination = doegn.kombination and kalender.dato = doegn.dato
),

grundlag as (
    select
        kombination,
        dato,
        skal_vurderes,
        kald,
        spids,
        natkald,
        {{ otte_foer('kald') }}
    from dage
    window foer as (partition by kombination, slags order by dato)
),

-- the median of the eight, and the span of the middle four
vurderes as materialized (
    select
        kombination,
        dato,
        kald,
        spids // 32 as spidskald,
        spids % 32 as spidstime,
        natkald,
        (foer_4 + foer_5) / 2 as median_kald,
        (foer_6 - foer_3) / {{ afvigelse('midten_i_spredninger') }} as spredning,
        -- all of the eight days had at least half of the median
        4 * foer_1 >= foer_4 + foer_5 as er_jaevn,
        least(floor(log2(foer_4 + foer_5)), {{ afvigelse('stoerrelser') }}) as stoerrelse
    from {{ sorteret_foer('grundlag') }}
    where skal_vurderes and foer_4 + foer_5 >= 2 * {{ afvigelse('forventet_mindst') }}
),

-- July and the days around Christmas are low for all, most so for the small: what most of a size do
-- is no deviation of one
niveauer as (
    select
        dato,
        stoerrelse,
        case
            when count(*) >= {{ afvigelse('niveau_af_mindst') }}
                then least(
                    greatest(median(kald / median_kald), {{ afvigelse('niveau_lavest') }}),
                    {{ afvigelse('niveau_hoejest') }}
                )
            else 1
        end as niveau
    from vurderes
    group by dato, stoerrelse
),

forventede as (
    select
        vurderes.*,
        vurderes.median_kald * niveauer.niveau as forventet,
        greatest(
            vurderes.spredning * niveauer.niveau,
            sqrt(vurderes.median_kald * niveauer.niveau),
            {{ afvigelse('usikkerhed_mindst') }} * vurderes.median_kald * niveauer.niveau
        ) as usikkerhed
    from vurderes
    inner join niveauer on vurderes.dato = niveauer.dato and vurderes.stoerrelse = niveauer.stoerrelse
    where
        vurderes.median_kald * niveauer.niveau
        >= case
            when vurderes.er_jaevn then {{ afvigelse('forventet_mindst') }}
            else {{ afvigelse('ujaevn_forventet_mindst') }}
        end
),

bedoemte as (
    select
        *,
        abs(kald - forventet) / usikkerhed as score,
        case
            when kald <= {{ afvigelse('bortfald_andel') }} * forventet then 'bortfald'
            when
                kald <= {{ afvigelse('spring_andel') }} * forventet
                or kald >= {{ afvigelse('spring_gange') }} * forventet
                then 'spring'
            when
                kald <= {{ afvigelse('uregelmaessig_andel') }} * forventet
                or kald >= {{ afvigelse('uregelmaessig_gange') }} * forventet
                then 'uregelmaessig'
        end as afvigelse
    from forventede
),

-- days so busy that an hour or a night may be why; the usual hour is no less than a third of an
-- eighth of the usual day
travle as (
    select
        kombination,
        dato,
        spidskald,
        natkald,
        kald,
        median_kald
    from bedoemte
    where
        kald >= {{ afvigelse('travl_gange') }} * forventet
        and (
            spidskald >= greatest({{ afvigelse('bunke_mindst') }}, median_kald / 3)
            or natkald >= greatest({{ afvigelse('bunke_mindst') }}, forventet / 2)
        )
),

travle_foer as (
    select
        travle.kombination,
        travle.dato,
        median(coalesce(doegn.spids // 32, 0)) as median_spidskald,
        median(coalesce(doegn.natkald, 0)) as median_natkald
    from (
        select
            travle.kombination,
            travle.dato,
            unnest(kalender.otte_foer) as dato_foer
        from travle
        inner join kalender on travle.dato = kalender.dato
    ) as travle
    left join doegn on travle.kombination = doegn.kombination and travle.dato_foer = doegn.dato
    group by travle.kombination, travle.dato
),

-- calls that usually are spread heap up in an hour or a night, and the rest of the day is as usual
moenstre as (
    select
        travle.kombination,
        travle.dato,
        travle_foer.median_spidskald,
        travle_foer.median_natkald,
        case
            when
                travle_foer.median_spidskald <= travle.median_kald / 2
                and travle.spidskald >= greatest(
                    {{ afvigelse('bunke_mindst') }},
                    {{ afvigelse('bunke_gange') }} * travle_foer.median_spidskald
                )
                and travle.kald - travle.spidskald
                <= {{ afvigelse('resten_gange') }} * greatest(
                    travle.median_kald - travle_foer.median_spidskald,
                    {{ afvigelse('resten_mindst') }}
                )
                then 'genforsoeg'
            when
                travle_foer.median_natkald <= travle.median_kald / 2
                and travle.natkald >= greatest(
                    {{ afvigelse('bunke_mindst') }},
                    {{ afvigelse('bunke_gange') }} * travle_foer.median_natkald
                )
                and travle.kald - travle.natkald
                <= {{ afvigelse('resten_gange') }} * greatest(
                    travle.median_kald - travle_foer.median_natkald,
                    {{ afvigelse('resten_mindst') }}
                )
                then 'natlig_bunke'
        end as moenster
    from travle
    inner join travle_foer on travle.kombination = travle_foer.kombination and travle.dato = travle_foer.dato
),

dagsfund as (
    select
        case when moenstre.moenster is null then bedoemte.afvigelse else 'mistaenkeligt_moenster' end as type,
        moenstre.moenster,
        bedoemte.dato,
        cast(null as date) as maaned,
        bedoemte.dato as fra,
        bedoemte.dato as til,
        1 as dage,
        bedoemte.kombination,
        case moenstre.moenster when 'genforsoeg' then bedoemte.spidstime end as time_id,
        case moenstre.moenster
            when 'genforsoeg' then moenstre.median_spidskald
            when 'natlig_bunke' then moenstre.median_natkald
            else bedoemte.forventet
        end as forventet,
        case moenstre.moenster
            when 'genforsoeg' then bedoemte.spidskald
            when 'natlig_bunke' then bedoemte.natkald
            else bedoemte.kald
        end as observeret,
        case moenstre.moenster
            when 'genforsoeg' then bedoemte.spidskald / greatest(moenstre.median_spidskald, 1)
            when 'natlig_bunke' then bedoemte.natkald / greatest(moenstre.median_natkald, 1)
            else bedoemte.score
        end as score
    from bedoemte
    left join moenstre on bedoemte.kombination = moenstre.kombination and bedoemte.dato = moenstre.dato
    where
        moenstre.moenster is not null
        or (
            bedoemte.afvigelse is not null
            and bedoemte.score >= case bedoemte.afvigelse
                when 'bortfald' then {{ afvigelse('bortfald_score') }}
                else {{ afvigelse('score') }}
            end
        )
),

-- the same load in all hours of nearly all days of a month: a machine that asks whether there is news.
-- A month touched through Serviceplatformen alone has the same days as before, and keeps its findings.
maaneder as (
    select
        maaned,
        min(dato) as fra,
        max(dato) as til,
        count(*) as dage
    from (select *, cast(date_trunc('month', dato) as date) as maaned from kalender) as dagene
    where maaned in (select plan.maaned from {{ source('plan', 'beroerte_dages_maaneder') }} as plan)
    group by maaned
    having count(*) >= {{ afvigelse('polling_dage_i_maaneden') }}
),

polling as (
    select
        'mistaenkeligt_moenster' as type,
        'polling' as moenster,
        cast(null as date) as dato,
        maaneder.maaned,
        maaneder.fra,
        maaneder.til,
        count(*) as dage,
        doegn.kombination,
        cast(null as bigint) as time_id,
        cast(null as double) as forventet,
        sum(doegn.kald) as observeret,
        sum(doegn.kald) / (24.0 * max(doegn.spids // 32) * count(*)) as score
    from maaneder
    inner join doegn on doegn.dato between maaneder.fra and maaneder.til
    where
        doegn.kald >= {{ afvigelse('polling_kald') }}
        and doegn.spids // 32 * 24 <= {{ afvigelse('polling_spids') }} * doegn.kald
        and doegn.natkald * 24 >= {{ afvigelse('polling_nat') }} * 5 * doegn.kald
    group by maaneder.maaned, maaneder.fra, maaneder.til, maaneder.dage, doegn.kombination
    having count(*) >= {{ afvigelse('polling_andel') }} * maaneder.dage
),

samlet as (
    select * from dagsfund
    union all
    select * from polling
)

select
    samlet.type,
    samlet.moenster,
    cast(strftime(samlet.dato, '%Y%m%d') as integer) as dato_id,
    samlet.maaned,
    samlet.fra,
    samlet.til,
    cast(samlet.dage as integer) as dage,
    kombinationer.myndighed_id,
    kombinationer.it_system_id,
    kombinationer.service_id,
    cast(samlet.time_id as integer) as time_id,
    cast(round(samlet.forventet) as bigint) as forventet,
    cast(samlet.observeret as bigint) as observeret,
    round(samlet.score, 1) as score
from samlet
inner join kombinationer on samlet.kombination = kombinationer.kombination
