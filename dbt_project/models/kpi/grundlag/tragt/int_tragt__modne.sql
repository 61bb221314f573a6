{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='maaned',
    pre_hook="{{ slet_beroerte('maaned', ref('int_tragt__beroerte')) }}"
) }}

-- kald12_ophoert tells apart what came before and after a time with calls.
select
    maaned,
    myndighed_id,
    it_system_id,
    snitflade_id,
    kald12_ophoert
from {{ ref('int_tragt') }}
where er_moden
