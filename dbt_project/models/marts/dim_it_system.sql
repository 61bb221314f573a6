with

sete as (
    select
        identitet.it_system_id,
        identitet.alias_it_system,
        identitet.regel,
        set_.uuid,
        set_.navn,
        set_.leverandoer_cvr,
        set_.periode_til
    from {{ ref('int_it_system__set') }} as set_
    inner join {{ ref('int_it_system__identitet') }} as identitet on set_.uuid = identitet.uuid
),

seneste as (
    select
        it_system_id,
        uuid,
        coalesce(alias_it_system, navn) as navn,
        regel
    from sete
    qualify
        row_number() over (
            partition by it_system_id order by periode_til desc, uuid asc, navn desc
        ) = 1
),

seneste_leverandoer as (
    select
        it_system_id,
        leverandoer_cvr
    from sete
    where leverandoer_cvr is not null
    qualify
        row_number() over (
            partition by it_system_id order by periode_til desc, leverandoer_cvr desc
        ) = 1
)

select
    seneste.it_system_id,
    seneste.uuid,
    seneste.navn,
    coalesce(cast(seneste_leverandoer.leverandoer_cvr as bigint), 0) as leverandoer_id,
    -- SKI's list is not a source yet: unknown, which is not the same as no
    cast(null as boolean) as er_ski_system,
    seneste.regel as identitet_regel
from seneste
left join seneste_leverandoer on seneste.it_system_id = seneste_leverandoer.it_system_id

union all

select 0, null, 'Ukendt', 0, null, null
