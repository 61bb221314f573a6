-- A system of several areas counts in each.
with

omraader as (
    select distinct
        gaeldende.maaned,
        system.uuid as it_system_uuid,
        system.navn as it_system,
        ski.ydelsesomraade
    from {{ ref('ski_use_case') }} as ski
    inner join {{ ref('gaeldende') }} as gaeldende on ski.statusdato = gaeldende.statusdato
    inner join {{ ref('dim_it_system') }} as system on ski.it_system_id = system.it_system_id
)

select
    systemer.maaned,
    omraader.ydelsesomraade,
    cast(count(*) as integer) as systemer,
    cast(sum(systemer.mulige) as integer) as mulige,
    cast(sum(systemer.i_brug) as integer) as i_brug,
    cast(sum(systemer.andre_i_gang) as integer) as andre_i_gang,
    cast(sum(systemer.klarmeldt_ubrugt) as integer) as klarmeldt_ubrugt,
    cast(sum(systemer.ikke_klar) as integer) as ikke_klar,
    cast(sum(systemer.kan_ikke_maales) as integer) as kan_ikke_maales,
    sum(systemer.i_brug) / nullif(cast(sum(systemer.mulige - systemer.kan_ikke_maales) as double), 0)
        as realiseringsgrad
from {{ ref('potentiale_sum') }} as systemer
left join omraader
    on
        systemer.maaned = omraader.maaned
        and systemer.it_system = omraader.it_system
        and systemer.it_system_uuid is not distinct from omraader.it_system_uuid
where systemer.niveau = 'it_system'
group by systemer.maaned, omraader.ydelsesomraade
