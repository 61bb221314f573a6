with

kalender as (
    select * from {{ ref('int_drift__kalender') }}
    where laeses
),

-- the expected is the middle of eight days: it takes four of them with as many calls
mulige as (
    select
        kombination,
        min(dato) as fra,
        max(dato) + {{ afvigelse('otte_dage_fylder') }} as til
    from {{ ref('int_afvigelser__doegn') }}
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
        coalesce(doegn.kald, 0) as kald
    from mulige
    inner join kalender on kalender.dato between mulige.fra and mulige.til
    left join {{ ref('int_afvigelser__doegn') }} as doegn
        on mulige.kombination = doegn.kombination and kalender.dato = doegn.dato
),

grundlag as (
    select
        kombination,
        dato,
        skal_vurderes,
        kald,
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
        vurderes.kombination,
        vurderes.dato,
        vurderes.kald,
        vurderes.median_kald,
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
        kald >= {{ afvigelse('travl_gange') }} * forventet as er_travl,
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
)

select
    kombination,
    dato,
    kald,
    median_kald,
    forventet,
    score,
    er_travl,
    case
        when
            score >= case afvigelse
                when 'bortfald' then {{ afvigelse('bortfald_score') }}
                else {{ afvigelse('score') }}
            end
            then afvigelse
    end as afvigelse
from bedoemte
where afvigelse is not null or er_travl
