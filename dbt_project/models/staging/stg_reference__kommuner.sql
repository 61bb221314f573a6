select
    kommune_kode,
    cvr,
    navn,
    region,
    landsdel,
    xyz_klasse
from {{ source('lake', 'kommuner') }}
