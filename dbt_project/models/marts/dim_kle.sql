with

leveret as (
    select
        kle_nummer,
        emne
    from {{ ref('int_kle__set') }}
    qualify row_number() over (partition by kle_nummer order by emne is null, periode_til desc, emne desc) = 1
),

grupper as (
    select distinct
        gruppe,
        gruppe_titel,
        hovedgruppe,
        hovedgruppe_titel
    from {{ ref('stg_reference__kle') }}
    qualify row_number() over (partition by gruppe order by gruppe_titel, hovedgruppe_titel) = 1
),

hovedgrupper as (
    select
        hovedgruppe,
        min(hovedgruppe_titel) as hovedgruppe_titel
    from grupper
    group by hovedgruppe
),

samlet as (
    select
        coalesce(kle.kle_nummer, leveret.kle_nummer) as kle_nummer,
        coalesce(kle.emne, leveret.emne, leveret.kle_nummer) as emne,
        kle.kle_nummer is not null as er_i_emneplan
    from {{ ref('stg_reference__kle') }} as kle
    full outer join leveret on kle.kle_nummer = leveret.kle_nummer
)

select
    {{ noegle('samlet.kle_nummer') }} as kle_id,
    samlet.kle_nummer,
    samlet.emne,
    substr(samlet.kle_nummer, 1, 5) as gruppe,
    grupper.gruppe_titel,
    substr(samlet.kle_nummer, 1, 2) as hovedgruppe,
    hovedgrupper.hovedgruppe_titel,
    samlet.er_i_emneplan
from samlet
left join grupper on substr(samlet.kle_nummer, 1, 5) = grupper.gruppe
left join hovedgrupper on substr(samlet.kle_nummer, 1, 2) = hovedgrupper.hovedgruppe

union all

select 0, null, 'Ukendt', null, null, null, null, false
