{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_maaneder() }}"
) }}

-- Calls, and rows that say that an agreement is there; of services with an interface in the catalogue.
select
    fakta.maaned,
    fakta.myndighed_id,
    fakta.it_system_id,
    snitflade.snitflade_id,
    bool_or(fakta.antal_kald > 0) as har_kald,
    bool_or(fakta.serviceaftale_id <> 0) as har_aftale
from {{ ref('fct_kald_maaned') }} as fakta
inner join {{ source('plan', 'beroerte_maaneder') }} as beroert on fakta.maaned = beroert.maaned
inner join {{ ref('dim_service') }} as service on fakta.service_id = service.service_id
inner join {{ ref('int_snitflade') }} as snitflade on service.snitflade = snitflade.snitflade
group by fakta.maaned, fakta.myndighed_id, fakta.it_system_id, snitflade.snitflade_id
