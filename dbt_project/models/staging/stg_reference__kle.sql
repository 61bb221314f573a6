-- a subject may stand with several periods of validity: its newest title counts
select
    kle_nummer,
    emne,
    gruppe,
    gruppe_titel,
    hovedgruppe,
    hovedgruppe_titel
from {{ source('lake', 'kle_emner') }}
qualify row_number() over (partition by kle_nummer order by gyldig_fra desc nulls last) = 1
