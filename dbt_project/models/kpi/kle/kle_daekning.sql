{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='udtraeksdato',
    pre_hook="{{ slet_beroerte_udtraek() }}"
) }}

select
    emner.udtraeksdato,
    myndighed.cvr,
    myndighed.navn as kommune,
    myndighed.xyz_klasse,
    kle.hovedgruppe,
    min(kle.hovedgruppe_titel) as hovedgruppe_titel,
    cast(count(*) filter (where emner.har_sager) as integer) as emner_med_sager,
    cast(count(*) filter (where emner.er_almindeligt) as integer) as emner_med_sager_xyz,
    cast(count(*) filter (where emner.er_almindeligt and emner.har_sager) as integer) as emner_daekket,
    count(*) filter (where emner.er_almindeligt and emner.har_sager)
    / nullif(cast(count(*) filter (where emner.er_almindeligt) as double), 0) as daekningsgrad
from {{ ref('int_kle__emner') }} as emner
inner join {{ ref('dim_kle') }} as kle on emner.kle_id = kle.kle_id
inner join {{ ref('dim_myndighed') }} as myndighed on emner.myndighed_id = myndighed.myndighed_id
group by emner.udtraeksdato, myndighed.cvr, myndighed.navn, myndighed.xyz_klasse, kle.hovedgruppe
