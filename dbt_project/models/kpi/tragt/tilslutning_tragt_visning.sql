{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte('maaned', ref('int_tragt__beroerte')) }}"
) }}

with

led as (
    select
        pr_kommune.maaned,
        pr_kommune.niveau,
        pr_kommune.medlem_id,
        pr_kommune.krav,
        case finhed.finhed when 3 then 'trin' when 2 then 'samlet' else 'total' end as opdeling,
        case finhed.finhed when 3 then pr_kommune.trin when 2 then {{ tragt_samlet() }} end as del,
        case finhed.finhed when 3 then pr_kommune.fravalg end as fravalg,
        pr_kommune.antal,
        pr_kommune.myndighed_id
    from {{ ref('int_tragt__pr_kommune') }} as pr_kommune
    inner join {{ ref('int_tragt__finhed') }} as finhed
        on
            pr_kommune.maaned = finhed.maaned
            and pr_kommune.niveau = finhed.niveau
            and pr_kommune.medlem_id = finhed.medlem_id
            and pr_kommune.krav is not distinct from finhed.krav
    where finhed.finhed > 0
),

dele as (
    select
        maaned,
        niveau,
        medlem_id,
        krav,
        opdeling,
        del,
        fravalg,
        sum(antal) as antal,
        count(distinct myndighed_id) as kommuner
    from led
    group by maaned, niveau, medlem_id, krav, opdeling, del, fravalg
)

select
    dele.maaned,
    dele.niveau,
    medlem.it_system_uuid,
    medlem.it_system,
    medlem.snitflade,
    medlem.snitflade_navn,
    dele.krav,
    dele.opdeling,
    dele.del,
    dele.fravalg,
    cast(dele.antal as integer) as antal,
    cast(dele.kommuner as integer) as kommuner
from dele
inner join {{ ref('int_tragt__medlem') }} as medlem
    on
        dele.niveau = medlem.niveau
        and dele.medlem_id = medlem.medlem_id
