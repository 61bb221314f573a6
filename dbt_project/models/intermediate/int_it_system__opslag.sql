-- Which IT system a register means: same UUID; else same row group of system_alias.csv; else same name.
-- A UUID is one system under all the names it comes with; a name that several systems have decides nothing.
with

omtaler as (
    select distinct
        uuid,
        navn_normaliseret,
        er_kitos,
        coalesce('uuid:' || uuid, 'navn:' || navn_normaliseret) as omtalt
    from {{ ref('int_it_system__omtale') }}
),

navne_i_leverancer as (
    select
        {{ normaliseret('set_.navn') }} as navn_normaliseret,
        min(identitet.it_system_id) as it_system_id,
        count(distinct identitet.it_system_id) as systemer
    from {{ ref('int_it_system__set') }} as set_
    inner join {{ ref('int_it_system__identitet') }} as identitet on set_.uuid = identitet.uuid
    group by {{ normaliseret('set_.navn') }}
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
        navn_normaliseret,
        min(it_system) as it_system
    from {{ ref('stg_reference__system_alias') }}
    where navn_normaliseret is not null
    group by navn_normaliseret
),

omtalte as (
    select
        omtaler.omtalt,
        omtaler.uuid,
        -- KITOS numbers its systems itself: such a UUID is one only where another register has it too
        omtaler.uuid is not null and not bool_and(omtaler.er_kitos) as har_uuid,
        min(identitet.it_system_id) as id_paa_uuid,
        min(identitet.regel) as regel_paa_uuid,
        min(alias_uuid.it_system) as alias_paa_uuid,
        min(alias_navn.it_system) as alias_paa_navn,
        case when count(distinct navne.it_system_id) = 1 then min(navne.it_system_id) end as id_paa_navn
    from omtaler
    left join {{ ref('int_it_system__identitet') }} as identitet on omtaler.uuid = identitet.uuid
    left join alias_paa_uuid as alias_uuid on omtaler.uuid = alias_uuid.uuid
    left join alias_paa_navn as alias_navn on omtaler.navn_normaliseret = alias_navn.navn_normaliseret
    left join navne_i_leverancer as navne
        on
            omtaler.navn_normaliseret = navne.navn_normaliseret
            and navne.systemer = 1
    group by omtaler.omtalt, omtaler.uuid
),

afgjort_direkte as (
    select
        *,
        coalesce(
            id_paa_uuid,
            {{ noegle("'alias:' || coalesce(alias_paa_uuid, alias_paa_navn)") }},
            id_paa_navn,
            case when har_uuid then {{ noegle("'uuid:' || uuid") }} end
        ) as it_system_id,
        case
            when id_paa_uuid is not null then regel_paa_uuid
            when alias_paa_uuid is not null then 'alias_uuid'
            when alias_paa_navn is not null then 'alias_navn'
            when id_paa_navn is not null then 'navn'
            when har_uuid then 'uuid'
        end as regel
    from omtalte
),

-- what a name means that no feed has: the one system that a register gives it with a UUID, else itself
navne_i_registre as (
    select
        omtaler.navn_normaliseret,
        coalesce(max(leverancer.systemer), count(distinct direkte.it_system_id)) as systemer,
        case
            when max(leverancer.systemer) is null and count(distinct direkte.it_system_id) = 1
                then min(direkte.it_system_id)
            when bool_or(direkte.uuid is null and direkte.it_system_id is null)
                then {{ noegle("'navn:' || omtaler.navn_normaliseret") }}
        end as it_system_id
    from omtaler
    inner join afgjort_direkte as direkte on omtaler.omtalt = direkte.omtalt
    left join navne_i_leverancer as leverancer on omtaler.navn_normaliseret = leverancer.navn_normaliseret
    group by omtaler.navn_normaliseret
),

afgjort_paa_registernavn as (
    select
        omtaler.omtalt,
        min(navne.it_system_id) as it_system_id
    from omtaler
    inner join navne_i_registre as navne on omtaler.navn_normaliseret = navne.navn_normaliseret
    group by omtaler.omtalt
    having count(distinct navne.it_system_id) = 1
)

select
    omtaler.uuid,
    omtaler.navn_normaliseret,
    omtaler.er_kitos,
    case
        when direkte.regel is not null then direkte.regel
        when registernavn.it_system_id = {{ noegle('omtaler.omtalt') }} then 'kun_navn'
        when registernavn.it_system_id is not null then 'navn'
        else 'kun_kitos'
    end as regel,
    cast(navne.systemer as bigint) as systemer_med_navnet,
    coalesce(
        direkte.it_system_id,
        registernavn.it_system_id,
        {{ noegle("'kitos:' || omtaler.uuid") }}
    ) as it_system_id
from omtaler
inner join afgjort_direkte as direkte on omtaler.omtalt = direkte.omtalt
inner join navne_i_registre as navne on omtaler.navn_normaliseret = navne.navn_normaliseret
left join afgjort_paa_registernavn as registernavn on omtaler.omtalt = registernavn.omtalt
