-- Talks with suppliers: one per municipality, system and kind, with what is said in it.
with

vaegte as (
    select * from {{ ref('stg_reference__vaegte') }}
    where emne = 'skridt'
),

-- a talk of opening is about what is large enough; where nothing is, it is told as too small
samtaler as (
    select
        *,
        {{ klarmelding_i_ord('klarmelding') }} as meldt,
        aktive || ' af ' || anvendere || ' kommuner bruger ' || snitflade || ' i systemet (klarmelding: '
        || {{ klarmelding_i_ord('klarmelding') }} || ')' as sagt,
        er_stor_nok or slags <> 'aabn' or not bool_or(er_stor_nok) over samtale as er_med
    from {{ ref('int_skridt__anvendelser') }}
    window samtale as (partition by maaned, cvr, it_system_uuid, it_system, slags)
),

-- a title is read in one breath: two by name, the rest as a number
nummererede as (
    select
        *,
        row_number() over (
            partition by maaned, cvr, it_system_uuid, it_system, slags
            -- what is alike is not told apart by the last digit
            order by round(udbytte, 6) desc, anvendere desc, snitflade asc
        ) as nummer
    from samtaler
    where er_med
)

select
    anvendelser.maaned,
    anvendelser.cvr,
    anvendelser.slags,
    anvendelser.it_system_uuid,
    anvendelser.it_system,
    min(anvendelser.vist_system) as vist_system,
    min(anvendelser.leverandoer) as leverandoer,
    count(*) as antal,
    string_agg(anvendelser.snitflade, ', ' order by anvendelser.nummer) as snitflader,
    string_agg(
        anvendelser.snitflade_navn || ' (' || anvendelser.snitflade || ')', ' og ' order by anvendelser.nummer
    ) filter (where anvendelser.nummer <= 2) as navne,
    string_agg(anvendelser.sagt, '. ' order by anvendelser.nummer) filter (where anvendelser.nummer <= 2)
        as andres_brug,
    max(anvendelser.anvendere) as anvendere,
    arg_min(anvendelser.meldt, anvendelser.nummer) as klarmelding,
    case when anvendelser.slags = 'aabn' then {{ sum_uanset_orden('anvendelser.forventet') }} end
        as forventede_kald,
    least(100, vaegte.vaegt * case anvendelser.slags
        when 'aabn' then {{ sum_uanset_orden('anvendelser.udbytte') }}
        when 'kraev' then least(1, max(anvendelser.anvendere) / vaegte.skala)
        when
            'bevis'
            then case when count(*) >= vaegte.mindst then least(1, count(*) / vaegte.skala) else 0 end
    end) as score
from nummererede as anvendelser
inner join vaegte on anvendelser.slags = vaegte.kode
group by
    anvendelser.maaned, anvendelser.cvr, anvendelser.slags, anvendelser.it_system_uuid, anvendelser.it_system,
    vaegte.vaegt, vaegte.mindst, vaegte.skala
