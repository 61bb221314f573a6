select
    cast(time_id as integer) as time_id,
    lpad(cast(time_id as varchar), 2, '0') || ':00' as klokkeslaet,
    time_id between 8 and 15 as er_kontortid
from generate_series(0, 23) as serie (time_id)
