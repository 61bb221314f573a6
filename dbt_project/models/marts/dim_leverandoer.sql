with

seneste_navn as (
    select
        leverandoer_cvr as cvr,
        leverandoer_navn as navn
    from {{ ref('int_serviceaftale__set') }}
    -- zeros identify nobody: such rows count for the unknown member
    where cast(leverandoer_cvr as bigint) <> 0
    qualify
        row_number() over (partition by leverandoer_cvr order by maaned desc, leverandoer_navn desc) = 1
)

select
    cast(cvr as bigint) as leverandoer_id,
    cvr,
    navn
from seneste_navn

union all

select
    leverandoer_id,
    cvr,
    navn
from {{ ref('int_leverandoer__register') }}
where cvr is null

union all

select 0, null, 'Ukendt'
