-- How finely others than KOMBIT see each sum, when no rest may tell more. Where a rest by step or by merged
-- steps would, no sibling is shown so finely; where the rest of the total would, the smallest one shown is
-- hidden with it. What suppliers' sums leave of their systems' is not looked into: only KOMBIT sees them.
-- noqa: disable=layout.indent
-- (joins in a loop)
with

saenket as (
    select
        visning.*,
        case
            when visning.finhed = 3 and coalesce(rest3.kan_vises, true) then 3
            when visning.finhed >= 2 and coalesce(rest2.kan_vises, true) then 2
            else least(visning.finhed, 1)
        end as finhed_uden_rest,
        coalesce(rest1.kan_vises, true) as total_kan_vises
    from {{ ref('int_tragt__visning') }} as visning
    {%- for finhed in (3, 2, 1) %}
    left join {{ ref('int_tragt__rest') }} as rest{{ finhed }}
        on
            visning.maaned = rest{{ finhed }}.maaned
            and visning.niveau = rest{{ finhed }}.niveau
            and visning.krav is not distinct from rest{{ finhed }}.krav
            and rest{{ finhed }}.finhed = {{ finhed }}
    {%- endfor %}
),

efter_stoerrelse as (
    select
        *,
        row_number() over (
            partition by maaned, niveau, krav, finhed_uden_rest > 0 order by kommuner asc, medlem_id asc
        ) as plads
    from saenket
)

select
    maaned,
    niveau,
    medlem_id,
    krav,
    case
        when niveau = 'leverandoer' then 0
        when not total_kan_vises and plads = 1 then 0
        else finhed_uden_rest
    end as finhed
from efter_stoerrelse
