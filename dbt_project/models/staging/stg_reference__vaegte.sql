select
    emne,
    kode,
    cast(raekkefoelge as integer) as raekkefoelge,
    cast(vaegt as double) as vaegt,
    cast(mindst as double) as mindst,
    cast(afstand as double) as afstand,
    cast(skala as double) as skala,
    betydning
from {{ source('lake', 'vaegte') }}
