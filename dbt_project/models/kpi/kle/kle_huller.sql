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
    kle.kle_nummer,
    kle.emne,
    kle.hovedgruppe,
    kle.hovedgruppe_titel,
    cast(emner.kommuner_med_sager as integer) as kommuner_med_sager,
    cast(emner.kommuner_i_klassen as integer) as kommuner_i_klassen
from {{ ref('int_kle__emner') }} as emner
inner join {{ ref('dim_kle') }} as kle on emner.kle_id = kle.kle_id
inner join {{ ref('dim_myndighed') }} as myndighed on emner.myndighed_id = myndighed.myndighed_id
where
    emner.er_almindeligt
    and not emner.har_sager
