with

leverancer as (
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
    from leverancer
    qualify
        row_number() over (
            partition by it_system_id order by periode_til desc, uuid asc, navn desc
        ) = 1
),

seneste_leverandoer as (
    select
        it_system_id,
        cast(leverandoer_cvr as bigint) as leverandoer_id
    from leverancer
    where leverandoer_cvr is not null
    qualify
        row_number() over (
            partition by it_system_id order by periode_til desc, leverandoer_cvr desc
        ) = 1
),

-- a register's own name and supplier count for systems that call nothing
i_registre as (
    select
        register.it_system_id,
        -- KITOS' own numbers name a system only where nobody else does
        coalesce(
            max(register.uuid) filter (where not register.er_kitos),
            max(register.uuid) filter (where register.regel = 'kun_kitos')
        ) as uuid,
        arg_max(register.navn, (register.statusdato, register.navn)) as navn,
        min(register.regel) as regel
    from {{ ref('int_it_system__register') }} as register
    group by register.it_system_id
),

leverandoer_i_registre as (
    select
        register.it_system_id,
        arg_max(
            leverandoer.leverandoer_id, (register.statusdato, leverandoer.leverandoer_id)
        ) as leverandoer_id
    from {{ ref('int_it_system__register') }} as register
    inner join {{ ref('int_leverandoer__register') }} as leverandoer
        on {{ normaliseret('register.leverandoer_navn') }} = leverandoer.navn_normaliseret
    group by register.it_system_id
),

samlet as (
    select
        coalesce(seneste.it_system_id, i_registre.it_system_id) as it_system_id,
        case when seneste.it_system_id is not null then seneste.uuid else i_registre.uuid end as uuid,
        coalesce(seneste.navn, i_registre.navn) as navn,
        coalesce(seneste.regel, i_registre.regel) as regel,
        seneste.it_system_id is not null as har_leverancer
    from seneste
    full outer join i_registre on seneste.it_system_id = i_registre.it_system_id
),

nyeste_ski_liste as (
    select distinct it_system_id
    from {{ ref('int_it_system__register') }}
    where kilde = 'ski'
    qualify dense_rank() over (order by statusdato desc) = 1
),

ski as (
    select count(*) > 0 as findes from nyeste_ski_liste
),

systemer as (
    select
        samlet.it_system_id,
        samlet.uuid,
        samlet.navn,
        coalesce(
            seneste_leverandoer.leverandoer_id, leverandoer_i_registre.leverandoer_id, 0
        ) as leverandoer_id,
        -- without a list it is unknown, which is not the same as no
        case when ski.findes then nyeste_ski_liste.it_system_id is not null end as er_ski_system,
        samlet.regel as identitet_regel,
        samlet.har_leverancer
    from samlet
    cross join ski
    left join seneste_leverandoer on samlet.it_system_id = seneste_leverandoer.it_system_id
    left join leverandoer_i_registre on samlet.it_system_id = leverandoer_i_registre.it_system_id
    left join nyeste_ski_liste on samlet.it_system_id = nyeste_ski_liste.it_system_id

    union all

    select 0, null, 'Ukendt', 0, null, null, false
),

-- Excel and Power BI hold names that differ by case alone for one
med_leverandoer as (
    select
        systemer.it_system_id,
        systemer.navn,
        systemer.uuid,
        case
            when systemer.leverandoer_id = 0 then 'ukendt leverandør'
            else leverandoer.navn
        end as leverandoer,
        count(*) over (partition by lower(systemer.navn)) > 1 as deler_navn
    from systemer
    left join {{ ref('dim_leverandoer') }} as leverandoer
        on systemer.leverandoer_id = leverandoer.leverandoer_id
),

entydige as (
    select
        it_system_id,
        case
            when not deler_navn then navn
            when count(*) over (partition by lower(navn), lower(leverandoer)) = 1
                then navn || ' (' || leverandoer || ')'
            else navn || ' (' || leverandoer || ', ' || coalesce(left(uuid, 8), 'uden UUID') || ')'
        end as visningsnavn
    from med_leverandoer
)

select
    systemer.*,
    entydige.visningsnavn
from systemer
inner join entydige on systemer.it_system_id = entydige.it_system_id
