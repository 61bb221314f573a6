select
    udtraeksdato,
    kle_nummer,
    emne,
    hovedgruppe,
    hovedgruppe_titel,
    cast(count(*) as integer) as kommuner,
    {{ er_anonym('count(*)') }} as er_anonym
from {{ ref('kle_huller') }}
group by udtraeksdato, kle_nummer, emne, hovedgruppe, hovedgruppe_titel
