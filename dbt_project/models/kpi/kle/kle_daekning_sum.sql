-- Only municipalities with common subjects in the group: the others have nothing to cover.
select
    udtraeksdato,
    hovedgruppe,
    min(hovedgruppe_titel) as hovedgruppe_titel,
    cast(count(*) as integer) as kommuner,
    cast(count(*) filter (where daekningsgrad = 1) as integer) as kommuner_uden_huller,
    sum(emner_daekket) / cast(sum(emner_med_sager_xyz) as double) as daekningsgrad
from {{ ref('kle_daekning') }}
where emner_med_sager_xyz > 0
group by udtraeksdato, hovedgruppe
