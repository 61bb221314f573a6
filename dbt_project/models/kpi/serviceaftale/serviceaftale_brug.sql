-- An agreement that another took over is not unused; it is counted by itself.
with

pr_myndighed as (
    select
        cvr,
        myndighed,
        count(*) as aftaler,
        count(*) filter (where status = 'erstattet') as erstattet,
        count(*) filter (where status = 'aldrig_brugt') as aldrig_brugt,
        count(*) filter (where status = 'stille' and maaneder_stille >= 3) as ubrugt_3m,
        count(*) filter (where status = 'stille' and maaneder_stille >= 6) as ubrugt_6m,
        count(*) filter (where status = 'stille' and maaneder_stille >= 12) as ubrugt_12m,
        median(maaneder_til_foerste_kald) as maaneder_til_foerste_kald
    from {{ ref('serviceaftale_status') }}
    -- agreements of an authority that nobody can tell are nobody's
    where cvr is not null
    group by cvr, myndighed
)

select
    cvr,
    myndighed,
    cast(aftaler as integer) as aftaler,
    cast(erstattet as integer) as erstattet,
    cast(aldrig_brugt as integer) as aldrig_brugt,
    cast(ubrugt_3m as integer) as ubrugt_3m,
    cast(ubrugt_6m as integer) as ubrugt_6m,
    cast(ubrugt_12m as integer) as ubrugt_12m,
    aldrig_brugt / cast(aftaler as double) as andel_aldrig_brugt,
    ubrugt_3m / cast(aftaler as double) as andel_ubrugt_3m,
    ubrugt_6m / cast(aftaler as double) as andel_ubrugt_6m,
    ubrugt_12m / cast(aftaler as double) as andel_ubrugt_12m,
    cast(maaneder_til_foerste_kald as double) as maaneder_til_foerste_kald
from pr_myndighed
