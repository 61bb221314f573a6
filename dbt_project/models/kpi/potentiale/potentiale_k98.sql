with

kommuner as (
    select * from {{ ref('potentiale_kommune') }}
),

leverandoerer as (
    select
        maaned,
        andre_i_gang,
        andre_i_gang + klarmeldt_ubrugt + ikke_klar as mangler,
        row_number() over (
            partition by maaned order by andre_i_gang + klarmeldt_ubrugt + ikke_klar desc, leverandoer asc
        ) as nummer,
        row_number() over (partition by maaned order by andre_i_gang desc, leverandoer asc) as nummer_i_gang
    from {{ ref('potentiale_sum') }}
    where niveau = 'leverandoer'
),

tre as (
    select
        maaned,
        sum(case when nummer <= 3 then mangler end) as mangler,
        sum(case when nummer_i_gang <= 3 then andre_i_gang end) as andre_i_gang
    from leverandoerer
    group by maaned
)

select
    kommuner.maaned,
    cast(count(*) as integer) as kommuner,
    cast(sum(kommuner.mulige) as integer) as mulige,
    cast(sum(kommuner.realiseret) as integer) as realiseret,
    cast(sum(kommuner.udbredelse) as integer) as udbredelse,
    cast(sum(kommuner.tilslutning) as integer) as tilslutning,
    cast(sum(kommuner.kan_ikke_maales) as integer) as kan_ikke_maales,
    cast(sum(kommuner.aftale_i_kraft) as integer) as aftale_i_kraft,
    cast(sum(kommuner.andre_i_gang) as integer) as andre_i_gang,
    cast(sum(kommuner.klarmeldt_ubrugt) as integer) as klarmeldt_ubrugt,
    cast(sum(kommuner.ikke_klar) as integer) as ikke_klar,
    cast(sum(kommuner.mangler) as integer) as mangler,
    cast(coalesce(max(tre.mangler), 0) as integer) as mangler_hos_tre,
    cast(coalesce(max(tre.andre_i_gang), 0) as integer) as andre_i_gang_hos_tre,
    sum(kommuner.realiseret)
    / nullif(cast(sum(kommuner.mulige) - sum(kommuner.kan_ikke_maales) as double), 0) as realiseringsgrad,
    {{ sum_uanset_orden('kommuner.forventede_kald') }} as forventede_kald,
    cast(sum(kommuner.for_faa) as integer) as for_faa
from kommuner
left join tre on kommuner.maaned = tre.maaned
group by kommuner.maaned
