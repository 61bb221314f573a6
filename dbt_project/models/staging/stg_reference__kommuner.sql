select
    kommune_kode,
    cvr,
    navn,
    officielt_navn,
    region,
    landsdel,
    xyz_klasse
from {{ source('lake', 'kommuner') }}
