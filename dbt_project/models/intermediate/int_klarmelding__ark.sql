-- A cell that nobody understands is set aside: what was last understood of it goes on. A row or column that
-- is gone says as little as an empty cell.
with

celler as (
    select
        ark.statusdato,
        system.it_system_id,
        snitflade.snitflade_id,
        ark.klarmelding,
        ark.klarmelding_leveret,
        ark.aarsag,
        ark.er_sat_til_side,
        -- where several rows of the sheet are one system, the least advanced counts
        case
            when ark.er_sat_til_side then 9
            when ark.klarmelding = 'Nej' then 1
            when ark.klarmelding = 'Tilmeldt' then 2
            when ark.klarmelding = 'Ensidig' then 3
            when ark.klarmelding = 'Delvis' then 4
            when ark.klarmelding = 'Klarmeldt' then 5
            when ark.klarmelding = 'Administrativt fjernet' then 6
            when ark.klarmelding = 'Irrelevant' then 7
            when ark.klarmelding = 'Manglende info' then 8
            else 10
        end as rang
    from {{ ref('stg_onboarding__klarmelding') }} as ark
    inner join {{ ref('int_it_system__opslag') }} as system
        on
            ark.it_system_navn_normaliseret = system.navn_normaliseret
            and ark.it_system_uuid is not distinct from system.uuid
            and not system.er_kitos
    inner join {{ ref('int_snitflade') }} as snitflade on ark.snitflade = snitflade.snitflade
),

en_pr_system as (
    select *
    from celler
    qualify row_number() over (
        partition by statusdato, it_system_id, snitflade_id
        order by rang asc, aarsag asc nulls last, klarmelding_leveret asc
    ) = 1
),

datoer as (
    select distinct statusdato from celler
),

kombinationer as (
    select distinct
        it_system_id,
        snitflade_id
    from celler
),

alle_datoer as (
    select
        datoer.statusdato,
        kombinationer.it_system_id,
        kombinationer.snitflade_id
    from datoer
    cross join kombinationer
),

-- the cells set aside after an understood one have its number
nummereret as (
    select
        alle_datoer.statusdato,
        alle_datoer.it_system_id,
        alle_datoer.snitflade_id,
        celle.statusdato is not null as er_i_arket,
        coalesce(celle.er_sat_til_side, false) as er_sat_til_side,
        celle.klarmelding,
        celle.klarmelding_leveret,
        celle.aarsag,
        sum(case when coalesce(celle.er_sat_til_side, false) then 0 else 1 end) over (
            partition by alle_datoer.it_system_id, alle_datoer.snitflade_id order by alle_datoer.statusdato
        ) as forstaaet_nr
    from alle_datoer
    left join en_pr_system as celle
        on
            alle_datoer.statusdato = celle.statusdato
            and alle_datoer.it_system_id = celle.it_system_id
            and alle_datoer.snitflade_id = celle.snitflade_id
)

select
    statusdato,
    it_system_id,
    snitflade_id,
    er_i_arket,
    er_sat_til_side,
    max(klarmelding) over forstaaet as klarmelding,
    max(case when not er_sat_til_side then klarmelding_leveret end) over forstaaet as klarmelding_leveret,
    max(aarsag) over forstaaet as aarsag
from nummereret
window forstaaet as (partition by it_system_id, snitflade_id, forstaaet_nr)
