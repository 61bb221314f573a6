-- Since when an interface has been on SKI's list, whether it is demanded or supplementary.
with

datoer as (
    select distinct statusdato from {{ ref('int_ski__krav') }}
),

kombinationer as (
    select distinct
        it_system_id,
        snitflade_id
    from {{ ref('int_ski__krav') }}
),

alle_datoer as (
    select
        datoer.statusdato,
        kombinationer.it_system_id,
        kombinationer.snitflade_id
    from datoer
    cross join kombinationer
),

med_forrige as (
    select
        alle_datoer.statusdato,
        alle_datoer.it_system_id,
        alle_datoer.snitflade_id,
        krav.krav,
        krav.krav is not null as paa_listen,
        coalesce(lag(krav.krav is not null) over (
            partition by alle_datoer.it_system_id, alle_datoer.snitflade_id order by alle_datoer.statusdato
        ), false) as paa_listen_foer
    from alle_datoer
    left join {{ ref('int_ski__krav') }} as krav
        on
            alle_datoer.statusdato = krav.statusdato
            and alle_datoer.it_system_id = krav.it_system_id
            and alle_datoer.snitflade_id = krav.snitflade_id
)

select
    statusdato,
    it_system_id,
    snitflade_id,
    krav,
    {{ forloeb('forpligtet', 'paa_listen', 'paa_listen_foer', 'statusdato', 'forloeb') }},
    {{ foerste_gang('forpligtet', 'paa_listen', 'statusdato', 'forloeb') }}
from med_forrige
window forloeb as (partition by it_system_id, snitflade_id order by statusdato)
