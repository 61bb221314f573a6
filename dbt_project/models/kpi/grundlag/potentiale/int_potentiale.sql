-- Municipality × SKI system it uses × interface the system must have: is it used, could it be used, or is
-- it not connected? Without those of a system that is phased out, and those declined for good and not called:
-- what is left is the debt's "mulige" from the first SKI list and sheet on. Before, the first lists count.
with

pr_indbygger as (
    select
        kald.maaned,
        kald.it_system_id,
        kald.snitflade_id,
        kald.myndighed_id,
        kald.kald_12m,
        -- where the system is phased out, the use is no longer a possible one, and nobody expects the same
        case
            when not coalesce(udfaset.udfaset, false)
                then kald.kald_12m / nullif(cast(folketal.folketal as double), 0)
        end as kald_pr_indbygger
    from {{ ref('int_kald__snitflade') }} as kald
    left join {{ ref('int_folketal__maaned') }} as folketal
        on
            kald.maaned = folketal.maaned
            and kald.myndighed_id = folketal.myndighed_id
    left join {{ ref('int_tragt__brug') }} as udfaset
        on
            kald.maaned = udfaset.maaned
            and kald.it_system_id = udfaset.it_system_id
            and kald.myndighed_id = udfaset.myndighed_id
    where kald.er_kommune
),

-- places among the municipalities whose calls per inhabitant are known; the others have none
ordnet as (
    select
        *,
        case when kald_pr_indbygger is not null then row_number() over (
            partition by maaned, it_system_id, snitflade_id
            order by kald_pr_indbygger nulls last, myndighed_id
        ) end as plads,
        count(kald_pr_indbygger) over (partition by maaned, it_system_id, snitflade_id) as antal
    from pr_indbygger
),

snitflade_i_alt as (
    select
        maaned,
        it_system_id,
        snitflade_id,
        sum(kald_12m) > 0 as har_kald,
        {{ midte('kald_pr_indbygger', 'plads', 'antal') }} as midte,
        {{ median_af_pladser('kald_pr_indbygger', 'plads', 'antal') }} as median
    from ordnet
    group by maaned, it_system_id, snitflade_id
)

select
    krav.maaned,
    krav.it_system_id,
    krav.snitflade_id,
    brug.myndighed_id,
    krav.klarmelding,
    coalesce(kald.kald_12m, 0) as kald_12m,
    case
        when kald.kald_12m > 0 then 'realiseret'
        when not snitflade.kan_maales then 'kan_ikke_maales'
        when krav.klarmelding = 'Klarmeldt' or i_alt.har_kald then 'udbredelse'
        else 'tilslutning'
    end as status,
    -- the same in the five words that readers see
    case
        when kald.kald_12m > 0 then 'i_brug'
        when not snitflade.kan_maales then 'kan_ikke_maales'
        when i_alt.har_kald then 'andre_i_gang'
        when krav.klarmelding = 'Klarmeldt' then 'klarmeldt_ubrugt'
        else 'ikke_klar'
    end as tilstand,
    coalesce(aftale.aftale, false) as aftale_i_kraft,
    coalesce(i_alt.midte, i_alt.median) * folketal.folketal as forventede_kald,
    i_alt.midte is not null as er_anonym
from {{ ref('int_klarmelding__maaned') }} as krav
inner join {{ ref('int_udbredelse__anvendere') }} as brug
    on
        krav.maaned = brug.maaned
        and krav.it_system_id = brug.it_system_id
left join {{ ref('int_kald__snitflade') }} as kald
    on
        krav.maaned = kald.maaned
        and krav.it_system_id = kald.it_system_id
        and krav.snitflade_id = kald.snitflade_id
        and brug.myndighed_id = kald.myndighed_id
left join snitflade_i_alt as i_alt
    on
        krav.maaned = i_alt.maaned
        and krav.it_system_id = i_alt.it_system_id
        and krav.snitflade_id = i_alt.snitflade_id
left join {{ ref('int_folketal__maaned') }} as folketal
    on
        krav.maaned = folketal.maaned
        and brug.myndighed_id = folketal.myndighed_id
inner join {{ ref('int_tragt__snitflade') }} as snitflade
    on
        krav.maaned = snitflade.maaned
        and krav.snitflade_id = snitflade.snitflade_id
left join {{ ref('int_tragt__brug') }} as udfaset
    on
        krav.maaned = udfaset.maaned
        and krav.it_system_id = udfaset.it_system_id
        and brug.myndighed_id = udfaset.myndighed_id
left join {{ ref('int_tragt__forloeb') }} as aftale
    on
        krav.maaned = aftale.maaned
        and krav.it_system_id = aftale.it_system_id
        and krav.snitflade_id = aftale.snitflade_id
        and brug.myndighed_id = aftale.myndighed_id
where
    krav.krav = 'obligatorisk'
    and not coalesce(udfaset.udfaset, false)
    and (kald.kald_12m > 0 or {{ klarmelding_klasse('krav.klarmelding', 'krav.aarsag') }} <> 'aldrig')
