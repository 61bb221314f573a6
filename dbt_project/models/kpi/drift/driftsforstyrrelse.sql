with

timer as (
    select
        fakta.*,
        kalender.dato + to_hours(fakta.time_id) as tidspunkt
    from {{ ref('int_drift__timer') }} as fakta
    inner join {{ ref('dim_dato') }} as kalender on fakta.dato_id = kalender.dato_id
),

bortfaldne as (
    select distinct
        service_id,
        tidspunkt
    from timer
),

-- hours in a row have the same distance to their number
nummererede as (
    select
        *,
        tidspunkt - to_hours(row_number() over (partition by service_id order by tidspunkt)) as forstyrrelse
    from bortfaldne
),

forstyrrelser as (
    select
        *,
        min(tidspunkt) over samme as fra,
        max(tidspunkt) over samme + interval 1 hour as til
    from nummererede
    window samme as (partition by service_id, forstyrrelse)
),

ramte as (
    select
        forstyrrelser.service_id,
        forstyrrelser.fra,
        forstyrrelser.til,
        timer.myndighed_id,
        sum(timer.kald_paa_syv_dage) as kald_paa_syv_dage,
        sum(timer.kald) as kald
    from timer
    inner join forstyrrelser
        on timer.service_id = forstyrrelser.service_id and timer.tidspunkt = forstyrrelser.tidspunkt
    group by forstyrrelser.service_id, forstyrrelser.fra, forstyrrelser.til, timer.myndighed_id
    -- who would not have called has lost nothing
    having sum(timer.kald_paa_syv_dage) >= 7
)

select
    ramte.fra,
    ramte.til,
    cast(date_diff('hour', ramte.fra, ramte.til) as integer) as timer,
    service.service,
    service.version,
    service.snitflade,
    service.stoettesystem,
    myndighed.cvr,
    myndighed.navn as kommune,
    cast(round(ramte.kald_paa_syv_dage / 7) as bigint) as forventede_kald,
    cast(ramte.kald as bigint) as observerede_kald,
    cast(
        count(*) filter (where myndighed.type = 'kommune') over (partition by ramte.service_id, ramte.fra) as integer -- noqa: LT05
    ) as kommuner_ramt
from ramte
inner join {{ ref('dim_service') }} as service on ramte.service_id = service.service_id
inner join {{ ref('dim_myndighed') }} as myndighed on ramte.myndighed_id = myndighed.myndighed_id
