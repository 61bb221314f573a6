-- What had become of a month's steps three months later: taken, under way or unchanged.
with

systemer as (
    select
        foer.maaned,
        foer.cvr,
        foer.slags,
        foer.it_system_uuid,
        foer.it_system,
        count(*) as antal,
        count(*) filter (where case foer.slags
            when 'aabn' then nu.tilstand = 'i_brug'
            when 'kraev' then nu.tilstand <> 'ikke_klar'
            else nu.tilstand in ('i_brug', 'andre_i_gang')
        end) as taget,
        -- nearer, though nothing is in use yet
        count(*) filter (
            where foer.slags = 'aabn'
            and foer.klarmelding is distinct from 'Klarmeldt'
            and nu.klarmelding = 'Klarmeldt'
        ) as naermere
    from {{ ref('int_skridt__anvendelser') }} as foer
    inner join {{ ref('potentiale') }} as nu
        on
            nu.maaned = {{ dbt.dateadd('month', 3, 'foer.maaned') }}
            and foer.cvr = nu.cvr
            and foer.it_system = nu.it_system
            and foer.it_system_uuid is not distinct from nu.it_system_uuid
            and foer.snitflade = nu.snitflade
    where foer.slags <> 'aabn' or foer.er_stor_nok
    group by foer.maaned, foer.cvr, foer.slags, foer.it_system_uuid, foer.it_system
),

maaneder as (
    select distinct maaned from {{ ref('int_indlaeste_maaneder') }}
),

-- subjects and units are counted; a step that is no longer a candidate is taken
taellinger as (
    select
        foer.maaned,
        foer.cvr,
        foer.slags,
        foer.antal,
        coalesce(nu.antal, 0) as antal_nu
    from {{ ref('int_skridt__kandidater') }} as foer
    inner join maaneder on maaneder.maaned = {{ dbt.dateadd('month', 3, 'foer.maaned') }}
    left join {{ ref('int_skridt__kandidater') }} as nu
        on
            nu.maaned = {{ dbt.dateadd('month', 3, 'foer.maaned') }}
            and foer.cvr = nu.cvr
            and foer.slags = nu.slags
    where foer.slags in ('kle', 'sapa')
)

select
    maaned,
    cvr,
    slags,
    it_system_uuid,
    it_system,
    case
        when taget = antal then 'taget'
        when taget + naermere > 0 then 'i_gang'
        else 'uaendret'
    end as udfald
from systemer
union all
select
    maaned,
    cvr,
    slags,
    null,
    null,
    case
        when antal_nu = 0 then 'taget'
        when antal_nu < antal then 'i_gang'
        else 'uaendret'
    end
from taellinger
