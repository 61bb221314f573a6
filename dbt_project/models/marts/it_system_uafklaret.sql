-- What a person must decide: names and UUIDs in registers that lead to no system of the feeds.
with

brugere as (
    select
        brug.it_system_id,
        count(distinct brug.myndighed_id) as kommuner
    from {{ ref('fct_systemanvendelse') }} as brug
    inner join {{ ref('dim_myndighed') }} as myndighed on brug.myndighed_id = myndighed.myndighed_id
    where myndighed.type = 'kommune'
    group by brug.it_system_id
),

uafklarede as (
    select
        it_system_id,
        arg_max(navn, (statusdato, navn)) as navn,
        max(uuid) filter (where not er_kitos or regel = 'kun_kitos') as uuid,
        min(regel) as regel,
        max(systemer_med_navnet) as systemer_med_navnet,
        array_to_string(list_sort(list_distinct(list(kilde))), ', ') as kilder
    from {{ ref('int_it_system__register') }}
    where regel in ('kun_navn', 'kun_kitos')
    group by it_system_id
)

select
    uafklarede.it_system_id,
    uafklarede.navn,
    uafklarede.uuid,
    uafklarede.kilder,
    case
        when uafklarede.systemer_med_navnet > 1 then 'flere systemer har navnet'
        when uafklarede.regel = 'kun_kitos' then 'kun i KITOS'
        else 'kun kendt ved navn'
    end as grund,
    cast(coalesce(brugere.kommuner, 0) as integer) as kommuner,
    forslag.rang as forslag_nr,
    forslag.kandidat as forslag,
    forslag.kandidat_uuid as forslag_uuid,
    forslag.lighed,
    case
        -- a row on a name that several systems have would make them one
        when forslag.kandidat is not null and uafklarede.systemer_med_navnet <= 1
            then
                uafklarede.navn || ';;' || forslag.alias_it_system
                || chr(10) || ';' || forslag.kandidat_uuid || ';' || forslag.alias_it_system
    end as alias_linjer
from uafklarede
left join brugere on uafklarede.it_system_id = brugere.it_system_id
left join {{ ref('int_it_system__forslag') }} as forslag on uafklarede.it_system_id = forslag.it_system_id
