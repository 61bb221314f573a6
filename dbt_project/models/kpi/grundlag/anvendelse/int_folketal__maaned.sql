-- The newest quarter that begins on or before the month.
with

maaneder as (
    select distinct maaned from {{ ref('int_indlaeste_maaneder') }}
),

kandidater as (
    select
        maaneder.maaned,
        folketal.myndighed_id,
        folketal.folketal,
        row_number() over (
            partition by maaneder.maaned, folketal.myndighed_id
            order by folketal.kvartal desc
        ) as nummer
    from maaneder
    inner join {{ ref('fct_folketal') }} as folketal
        on maaneder.maaned >= folketal.kvartal
)

select
    maaned,
    myndighed_id,
    folketal
from kandidater
where nummer = 1
