{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte_kpi() }}"
) }}

-- A municipality uses a system when the system has any call from it in the 12 months, or when a
-- register says that it was in use at some time of them. All months are kept: other dates look here.
select distinct
    maaned,
    it_system_id,
    myndighed_id
from {{ ref('int_udbredelse__par') }}
where er_kommune

union

select
    brug.maaned,
    brug.it_system_id,
    brug.myndighed_id
from {{ ref('int_systemanvendelse__maaned') }} as brug
inner join {{ ref('int_kpi__maaneder') }} as beroert on brug.maaned = beroert.maaned
where brug.bruger
