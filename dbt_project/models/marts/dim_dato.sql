with

dage as (
    select cast(dag as date) as dato
    from generate_series(
        date '{{ var("kalender_fra", "2008-01-01") }}',
        date '{{ var("kalender_til", "2040-12-31") }}',
        interval 1 day
    ) as serie (dag)
),

helligdage as (
    select
        dato,
        min(navn) as navn
    from {{ ref('stg_reference__helligdage') }}
    group by dato
)

select
    cast(strftime(dage.dato, '%Y%m%d') as integer) as dato_id,
    dage.dato,
    cast(extract(year from dage.dato) as integer) as aar,
    cast(extract(quarter from dage.dato) as integer) as kvartal,
    cast(extract(month from dage.dato) as integer) as maaned,
    cast(extract(week from dage.dato) as integer) as uge,
    cast(extract(isodow from dage.dato) as integer) as ugedag,
    cast({{ dbt.date_trunc('month', 'dage.dato') }} as date) as maaned_start,
    helligdage.navn as helligdag,
    helligdage.dato is not null as er_helligdag,
    helligdage.dato is null and extract(isodow from dage.dato) <= 5 as er_arbejdsdag
from dage
left join helligdage on dage.dato = helligdage.dato

union all

select 0, null, null, null, null, null, null, null, null, false, false
