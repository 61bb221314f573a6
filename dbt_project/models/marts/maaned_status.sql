select
    statusdato,
    maaned,
    platform,
    status,
    forventede,
    modtagne,
    frist,
    kan_bruges,
    er_nyeste
from {{ source('lake', 'maaneder') }}
