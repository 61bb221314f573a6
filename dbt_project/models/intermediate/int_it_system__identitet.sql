with

sete as (
    select distinct
        uuid,
        {{ normaliseret('navn') }} as navn_normaliseret
    from {{ ref('int_it_system__set') }}
),

alias_paa_uuid as (
    select
        uuid,
        min(it_system) as it_system
    from {{ ref('stg_reference__system_alias') }}
    where uuid is not null
    group by uuid
),

alias_paa_navn as (
    select
        sete.uuid,
        min(alias.it_system) as it_system
    from sete
    inner join {{ ref('stg_reference__system_alias') }} as alias
        on sete.navn_normaliseret = alias.navn_normaliseret
    group by sete.uuid
),

afgjort as (
    select distinct
        sete.uuid,
        coalesce(alias_paa_uuid.it_system, alias_paa_navn.it_system) as alias_it_system,
        case
            when alias_paa_uuid.it_system is not null then 'alias_uuid'
            when alias_paa_navn.it_system is not null then 'alias_navn'
            else 'uuid'
        end as regel
    from sete
    left join alias_paa_uuid on sete.uuid = alias_paa_uuid.uuid
    left join alias_paa_navn on sete.uuid = alias_paa_navn.uuid
),

noegler as (
    select
        uuid,
        alias_it_system,
        regel,
        {{ noegle("coalesce('alias:' || alias_it_system, 'uuid:' || uuid)") }} as it_system_id
    from afgjort
)

select
    *,
    count(*) over (partition by it_system_id) > 1 as er_flettet
from noegler
