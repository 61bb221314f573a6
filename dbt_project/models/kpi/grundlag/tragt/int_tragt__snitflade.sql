-- Whether a month can tell of an interface's calls: every platform that its services are on is loaded.
with

platforme as (
    select distinct
        snitflade.snitflade_id,
        katalog.platform
    from {{ ref('stg_reference__service_katalog') }} as katalog
    inner join {{ ref('int_snitflade') }} as snitflade on katalog.snitflade = snitflade.snitflade
),

foerste_kald as (
    select
        snitflade_id,
        min(maaned) as maaned
    from {{ ref('int_tragt__kald') }}
    where har_kald
    group by snitflade_id
),

observeret as (
    select
        maaneder.maaned,
        platforme.snitflade_id,
        bool_and(indlaest.platform is not null) as er_observeret
    from {{ ref('int_tragt__maaneder') }} as maaneder
    cross join platforme
    left join {{ ref('int_indlaeste_maaneder') }} as indlaest
        on
            maaneder.maaned = indlaest.maaned
            and platforme.platform = indlaest.platform
    group by maaneder.maaned, platforme.snitflade_id
)

select
    maaneder.maaned,
    snitflade.snitflade_id,
    coalesce(observeret.er_observeret, false) as er_observeret,
    coalesce(foerste_kald.maaned <= maaneder.maaned, false) as kan_maales,
    serviceplatformen.snitflade_id is not null as aftale_kan_ses
from {{ ref('int_tragt__maaneder') }} as maaneder
cross join {{ ref('int_snitflade') }} as snitflade
left join observeret
    on
        maaneder.maaned = observeret.maaned
        and snitflade.snitflade_id = observeret.snitflade_id
left join foerste_kald on snitflade.snitflade_id = foerste_kald.snitflade_id
left join platforme as serviceplatformen
    on
        snitflade.snitflade_id = serviceplatformen.snitflade_id
        and serviceplatformen.platform = 'serviceplatformen'
