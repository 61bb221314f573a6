with

-- days so busy that an hour or a night may be why; the usual hour is no less than a third of an
-- eighth of the usual day
travle as (
    select
        dage.kombination,
        dage.dato,
        dage.kald,
        dage.median_kald,
        doegn.spidskald,
        doegn.spidstime,
        doegn.natkald
    from {{ ref('int_afvigelser__dage') }} as dage
    inner join {{ ref('int_afvigelser__doegn') }} as doegn
        on dage.kombination = doegn.kombination and dage.dato = doegn.dato
    where
        dage.er_travl
        and (
            doegn.spidskald >= greatest({{ afvigelse('bunke_mindst') }}, dage.median_kald / 3)
            or doegn.natkald >= greatest({{ afvigelse('bunke_mindst') }}, dage.forventet / 2)
        )
),

travle_foer as (
    select
        travle.kombination,
        travle.dato,
        median(coalesce(doegn.spidskald, 0)) as median_spidskald,
        median(coalesce(doegn.natkald, 0)) as median_natkald
    from (
        select
            travle.kombination,
            travle.dato,
            unnest(kalender.otte_foer) as dato_foer
        from travle
        inner join {{ ref('int_drift__kalender') }} as kalender on travle.dato = kalender.dato
    ) as travle
    left join {{ ref('int_afvigelser__doegn') }} as doegn
        on travle.kombination = doegn.kombination and travle.dato_foer = doegn.dato
    group by travle.kombination, travle.dato
),

-- calls that usually are spread heap up in an hour or a night, and the rest of the day is as usual
moenstre as (
    select
        travle.*,
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
)

select
    kombination,
    dato,
    moenster,
    case moenster when 'genforsoeg' then spidstime end as time_id,
    case moenster when 'genforsoeg' then median_spidskald else median_natkald end as forventet,
    case moenster when 'genforsoeg' then spidskald else natkald end as observeret
from moenstre
where moenster is not null
