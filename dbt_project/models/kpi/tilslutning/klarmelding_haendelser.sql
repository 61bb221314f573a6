-- A cell set aside, a renamed system and a new reason are no events.
-- noqa: disable=layout.indent
-- (what a loop writes)
with

med_forrige as (
    select
        statusdato,
        it_system_id,
        snitflade_id,
        klarmelding,
        aarsag,
        lag(klarmelding) over (partition by it_system_id, snitflade_id order by statusdato) as fra
    from {{ ref('int_klarmelding__ark') }}
),

skift as (
    select *
    from med_forrige
    where klarmelding is distinct from fra
),

med_varighed as (
    select
        *,
        lag(statusdato) over (partition by it_system_id, snitflade_id order by statusdato) as fra_dato
    from skift
),

frem_eller_tilbage as (
    select
        *,
        {% for kolonne in ('fra', 'klarmelding') -%}
        case {{ kolonne }}
            when 'Nej' then 1
            when 'Tilmeldt' then 2
            when 'Ensidig' then 3
            when 'Delvis' then 4
            when 'Klarmeldt' then 5
            else 0
        end as {{ kolonne }}_trin{{ ',' if not loop.last }}
        {% endfor -%}
    from med_varighed
)

select
    haendelse.statusdato,
    system.uuid as it_system_uuid,
    system.navn as it_system,
    leverandoer.navn as leverandoer,
    snitflade.snitflade,
    snitflade.navn as snitflade_navn,
    haendelse.fra,
    haendelse.klarmelding as til,
    haendelse.aarsag,
    cast(
        case
            when haendelse.fra is not null then date_diff('day', haendelse.fra_dato, haendelse.statusdato)
        end as integer
    ) as dage,
    case
        when haendelse.fra is null then 'ny'
        when haendelse.klarmelding is null then 'vaek'
        when haendelse.klarmelding in ('Irrelevant', 'Administrativt fjernet') then 'ud'
        when haendelse.klarmelding_trin > haendelse.fra_trin then 'frem'
        else 'tilbage'
    end as retning
from frem_eller_tilbage as haendelse
inner join {{ ref('dim_it_system') }} as system on haendelse.it_system_id = system.it_system_id
inner join {{ ref('dim_leverandoer') }} as leverandoer on system.leverandoer_id = leverandoer.leverandoer_id
inner join {{ ref('dim_snitflade') }} as snitflade on haendelse.snitflade_id = snitflade.snitflade_id
