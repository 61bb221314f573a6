-- Told by the feeds alone and as of their newest delivery, so that it does not depend on when it is built.
with

regler (kilde, fra_perioder, vindue, mindst, etiket) as (
    values
    -- a week holds every kind of day: weekends and a holiday are no silence. Regular: five days of a week
    ('stoettesystemerne', 7, 28, 20, 'Støttesystemerne'),
    -- a month is silence enough; the quarter before tells who is regular
    ('serviceplatformen', 1, 3, 3, 'Serviceplatformen'),
    -- extracts are few and far between
    ('kle', 1, 2, 2, 'udtrækkene af sager')
),

perioder as (
    select
        log.kilde,
        log.periode_til,
        row_number() over (partition by log.kilde order by log.periode_til desc) as nr,
        max(log.periode_til) over (partition by log.kilde) as nyeste
    from {{ ref('stg_lake__leverancer') }} as log
    inner join regler on log.kilde = regler.kilde
    where log.er_aktiv
),

set_ as (
    select
        'myndighed' as part,
        kilde,
        periode_til,
        cvr
    from {{ ref('int_myndighed__set') }}

    union

    select
        'leverandoer' as part,
        system_set.kilde,
        system_set.periode_til,
        leverandoer.cvr
    from {{ ref('int_it_system__set') }} as system_set
    inner join {{ ref('int_it_system__identitet') }} as identitet on system_set.uuid = identitet.uuid
    inner join {{ ref('dim_it_system') }} as system on identitet.it_system_id = system.it_system_id
    inner join {{ ref('dim_leverandoer') }} as leverandoer
        on system.leverandoer_id = leverandoer.leverandoer_id
    where leverandoer.cvr is not null
),

sidst as (
    select
        set_.part,
        set_.kilde,
        set_.cvr,
        min(perioder.nr) - 1 as stille_perioder,
        max(perioder.periode_til) as sidst_set,
        max(perioder.nyeste) as nyeste
    from set_
    inner join perioder on set_.kilde = perioder.kilde and set_.periode_til = perioder.periode_til
    group by set_.part, set_.kilde, set_.cvr
),

-- regular until then, and not gone for so long that nobody expects it back
tavse as (
    select
        sidst.part,
        sidst.kilde,
        sidst.cvr,
        sidst.sidst_set,
        sidst.stille_perioder,
        date_diff('day', sidst.sidst_set, sidst.nyeste) as alder_dage,
        regler.vindue,
        regler.etiket,
        count(*) as perioder_foer
    from sidst
    inner join regler on sidst.kilde = regler.kilde
    inner join perioder
        on
            sidst.kilde = perioder.kilde
            and sidst.stille_perioder < perioder.nr
            and perioder.nr <= sidst.stille_perioder + regler.vindue
    inner join set_
        on
            sidst.part = set_.part
            and sidst.kilde = set_.kilde
            and sidst.cvr = set_.cvr
            and perioder.periode_til = set_.periode_til
    where
        sidst.stille_perioder >= regler.fra_perioder
        and date_diff('day', sidst.sidst_set, sidst.nyeste) <= 365
    group by all
    having count(*) >= max(regler.mindst)
),

navne as (
    select
        'myndighed' as part,
        cvr,
        case
            when type = 'kommune' and not ends_with(lower(navn), 'kommune') then navn || ' Kommune'
            else navn
        end as navn
    from {{ ref('dim_myndighed') }}

    union all

    select
        'leverandoer' as part,
        cvr,
        navn
    from {{ ref('dim_leverandoer') }}
    where cvr is not null
)

select
    tavse.kilde,
    tavse.part,
    tavse.cvr,
    navne.navn,
    tavse.sidst_set,
    cast(tavse.alder_dage as integer) as alder_dage,
    cast(tavse.stille_perioder as integer) as stille_perioder,
    cast(tavse.perioder_foer as integer) as perioder_foer,
    navne.navn || ' har ikke været med i ' || tavse.etiket
    || ' siden den ' || {{ dansk_dato('tavse.sidst_set') }} || ': ' || tavse.stille_perioder
    || case when tavse.stille_perioder = 1 then ' leverance' else ' leverancer i træk' end
    || ' uden; før det med i ' || tavse.perioder_foer || ' af ' || tavse.vindue || '.' as forklaring
from tavse
inner join navne on tavse.part = navne.part and tavse.cvr = navne.cvr
