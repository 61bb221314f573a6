with

pr_system as (
    select
        statusdato,
        it_system_id,
        count(*) filter (
            where coalesce(klarmelding, '') not in ('Irrelevant', 'Administrativt fjernet')
        ) as obligatoriske,
        count(*) filter (where klarmelding = 'Klarmeldt') as klarmeldte,
        count(*) filter (where klarmelding = 'Delvis') as delvise,
        count(*) filter (where coalesce(klarmelding, 'Manglende info') = 'Manglende info') as uoplyste
    from {{ ref('fct_klarmelding') }}
    where krav = 'obligatorisk'
    group by statusdato, it_system_id
),

systemer as (
    select distinct
        statusdato,
        it_system_id
    from {{ ref('fct_klarmelding') }}
)

select
    systemer.statusdato,
    system.uuid as it_system_uuid,
    system.navn as it_system,
    leverandoer.navn as leverandoer,
    cast(coalesce(pr_system.obligatoriske, 0) as integer) as obligatoriske,
    cast(coalesce(pr_system.klarmeldte, 0) as integer) as klarmeldte,
    cast(coalesce(pr_system.delvise, 0) as integer) as delvise,
    cast(coalesce(pr_system.uoplyste, 0) as integer) as uoplyste,
    pr_system.klarmeldte / nullif(cast(pr_system.obligatoriske as double), 0) as tilslutningsgrad
from systemer
inner join {{ ref('dim_it_system') }} as system on systemer.it_system_id = system.it_system_id
inner join {{ ref('dim_leverandoer') }} as leverandoer on system.leverandoer_id = leverandoer.leverandoer_id
left join pr_system
    on
        systemer.statusdato = pr_system.statusdato
        and systemer.it_system_id = pr_system.it_system_id
