-- The calendars are in the delivery profiles, and kdi/lake/calendars.py reads them: kdi status
-- and the checks in Dagster say the same of today as this table says of its status date.
select
    statusdato,
    kilde,
    periode,
    periode_til,
    forventet,
    frist,
    status,
    alder_dage,
    leverance_id
from {{ source('lake', 'perioder') }}
