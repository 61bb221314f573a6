with

maaneder as (
    select distinct cast({{ dbt.date_trunc('month', 'fra') }} as date) as maaned
    from {{ ref('int_afvigelser__fund') }}
),

vinduer as (
    select
        maaned,
        maaned as kaldt
    from maaneder
    union all
    select
        maaned,
        cast({{ dbt.dateadd('month', -1, 'maaned') }} as date) as kaldt
    from maaneder
),

-- how many call a service through a system, in the month or the one before
brugere as (
    select
        vinduer.maaned,
        fakta.it_system_id,
        fakta.service_id,
        count(distinct fakta.myndighed_id) as brugere
    from {{ ref('fct_kald_maaned') }} as fakta
    inner join vinduer on fakta.maaned = vinduer.kaldt
    where fakta.antal_kald > 0
    group by vinduer.maaned, fakta.it_system_id, fakta.service_id
),

dagsfund as (
    select
        *,
        coalesce(moenster, type) as moenster_eller_type,
        coalesce(observeret < forventet, false) as er_faerre,
        cast({{ dbt.date_trunc('month', 'fra') }} as date) as fra_maaned
    from {{ ref('int_afvigelser__fund') }}
),

-- what most of those that use a service through a system do on a day is no deviation of one
ramte as (
    select
        dagsfund.fra,
        dagsfund.it_system_id,
        dagsfund.service_id,
        dagsfund.er_faerre,
        count(distinct dagsfund.myndighed_id) as ramte
    from dagsfund
    where dagsfund.moenster is null
    group by dagsfund.fra, dagsfund.it_system_id, dagsfund.service_id, dagsfund.er_faerre
),

fund as (
    select
        dagsfund.*,
        stille.dato is not null and dagsfund.moenster is null as er_stille,
        sidste.arbejdsdage,
        foerste.arbejdsdage - cast(foerste.er_arbejdsdag as integer) as arbejdsdage_foer
    from dagsfund
    inner join {{ ref('int_drift__kalender') }} as foerste on dagsfund.fra = foerste.dato
    inner join {{ ref('int_drift__kalender') }} as sidste on dagsfund.til = sidste.dato
    left join {{ ref('int_drift__stille_dage') }} as stille on dagsfund.fra = stille.dato
    left join ramte
        on
            dagsfund.moenster is null
            and dagsfund.fra = ramte.fra
            and dagsfund.it_system_id = ramte.it_system_id
            and dagsfund.service_id = ramte.service_id
            and dagsfund.er_faerre = ramte.er_faerre
    left join brugere
        on
            dagsfund.fra_maaned = brugere.maaned
            and dagsfund.it_system_id = brugere.it_system_id
            and dagsfund.service_id = brugere.service_id
    where
        not coalesce(
            ramte.ramte >= {{ afvigelse('fleste_mindst') }}
            and ramte.ramte >= {{ afvigelse('fleste_andel') }} * brugere.brugere, false
        )
),

-- an episode ends when a working day passes without a finding; weekends, on which many are silent, do not;
-- polling does not end by a month in which there is less of it
begyndelser as (
    select
        *,
        coalesce(
            case
                when moenster = 'polling'
                    then fra - {{ afvigelse('polling_pause_dage') }} > lag(til) over kombination + 1
                else arbejdsdage_foer > lag(arbejdsdage) over kombination
            end, true
        ) as begynder
    from fund
    window kombination as (
        partition by myndighed_id, it_system_id, service_id, moenster_eller_type
        order by fra
    )
),

nummererede as (
    select
        *,
        sum(cast(begynder as integer)) over (
            partition by myndighed_id, it_system_id, service_id, moenster_eller_type
            order by fra
        ) as episode
    from begyndelser
),

episoder as (
    select
        myndighed_id,
        it_system_id,
        service_id,
        type,
        moenster,
        min(fra) as fra,
        max(til) as til,
        sum(dage) as dage,
        -- on quiet days only a long silence counts
        sum(case when er_stille then 0 else abs(observeret - coalesce(forventet, 0)) end) as kald_fra,
        sum(case when er_stille then abs(observeret - coalesce(forventet, 0)) else 0 end) as kald_fra_stille,
        -- a burst is told by its worst day, all else by the sum of the days
        case
            when moenster in ('genforsoeg', 'natlig_bunke') then arg_max(forventet, (observeret, -forventet, -epoch(fra))) -- noqa: LT05
            else sum(forventet)
        end as forventet,
        case
            when moenster in ('genforsoeg', 'natlig_bunke') then max(observeret)
            else sum(observeret)
        end as observeret,
        arg_max(time_id, (observeret, -forventet, -epoch(fra))) as time_id,
        max(score) as score
    from nummererede
    group by myndighed_id, it_system_id, service_id, type, moenster, episode
),

store as (
    select
        *,
        kald_fra + case
            when type = 'bortfald' and dage >= {{ afvigelse('stille_dage_i_traek') }} then kald_fra_stille
            else 0
        end as afvigende_kald
    from episoder
    where
        moenster is not null
        or kald_fra >= {{ afvigelse('mindste_kald') }}
        or (
            type = 'bortfald'
            and dage >= {{ afvigelse('stille_dage_i_traek') }}
            and kald_fra + kald_fra_stille >= {{ afvigelse('mindste_kald') }}
        )
),

navngivne as (
    select
        store.*,
        myndighed.cvr,
        myndighed.navn as kommune,
        myndighed.officielt_navn as hvem,
        system.uuid as it_system_uuid,
        system.navn as it_system,
        service.service,
        service.version,
        service.snitflade,
        service.stoettesystem,
        service.service || coalesce(' ' || service.version, '') || ' fra ' || system.navn as hvad,
        case
            when store.fra = store.til then 'den ' || {{ dansk_dato('store.fra') }}
            else 'fra den ' || {{ dansk_dato('store.fra') }} || ' til den ' || {{ dansk_dato('store.til') }} -- noqa: LT05
        end as hvornaar
    from store
    inner join {{ ref('dim_myndighed') }} as myndighed on store.myndighed_id = myndighed.myndighed_id
    inner join {{ ref('dim_it_system') }} as system on store.it_system_id = system.it_system_id
    inner join {{ ref('dim_service') }} as service on store.service_id = service.service_id
),

-- a verdict is about the findings that begin in its time; an empty field stands for all
vurderede as (
    select
        navngivne.*,
        vurdering.vurdering
    from navngivne
    left join {{ ref('stg_reference__vurderinger') }} as vurdering
        on
            navngivne.cvr = coalesce(vurdering.cvr, navngivne.cvr)
            and navngivne.it_system_uuid = coalesce(vurdering.it_system_uuid, navngivne.it_system_uuid)
            and navngivne.service = coalesce(vurdering.service, navngivne.service)
            and navngivne.fra >= vurdering.fra
            and navngivne.fra <= coalesce(vurdering.til, navngivne.fra)
    qualify row_number() over (
        partition by
            navngivne.myndighed_id, navngivne.it_system_id, navngivne.service_id,
            navngivne.type, navngivne.moenster, navngivne.fra
        order by coalesce(vurdering.er_afgjort, false) desc, vurdering.fra desc, vurdering.vurdering asc
    ) = 1
    and not coalesce(vurdering.er_afgjort, false)
)

select
    type,
    moenster,
    fra,
    til,
    cast(dage as integer) as dage,
    cvr,
    kommune,
    it_system_uuid,
    it_system,
    service,
    version,
    snitflade,
    stoettesystem,
    cast(forventet as bigint) as forventet,
    cast(observeret as bigint) as observeret,
    score,
    cast(afvigende_kald as bigint) as afvigende_kald,
    cast(
        row_number() over (
            partition by {{ dbt.date_trunc('month', 'fra') }}
            order by
                afvigende_kald desc, score desc, cvr asc, it_system asc, it_system_uuid asc,
                service asc, version asc, type asc, fra asc
        ) as integer
    ) as nummer,
    case moenster
        when 'genforsoeg'
            then
                hvem || ' kaldte ' || hvad || ' ' || {{ dansk_tal('observeret') }} || ' gange i timen fra kl. ' -- noqa: LT05
                || time_id || ' ' || hvornaar || '; døgnets travleste time har ellers omkring '
                || {{ dansk_tal('forventet') }} || ' kald.'
        when 'natlig_bunke'
            then
                hvem || ' kaldte ' || hvad || ' ' || {{ dansk_tal('observeret') }} || ' gange mellem kl. 0 og 5 ' -- noqa: LT05
                || hvornaar || '; forventet om natten var omkring ' || {{ dansk_tal('forventet') }} || '.'
        when 'polling'
            then
                hvem || ' kaldte ' || hvad || ' næsten lige meget i alle døgnets timer '
                || hvornaar || ': ' || {{ dansk_tal('observeret') }} || ' kald, omkring '
                || {{ dansk_tal('observeret / (24.0 * dage)') }} || ' i timen; forventet var færre om natten end om dagen.' -- noqa: LT05
        else
            hvem || ' kaldte ' || hvad || ' ' || {{ dansk_tal('observeret') }} || ' gange '
            || hvornaar || '; forventet var omkring ' || {{ dansk_tal('forventet') }} || '.'
    end as forklaring,
    vurdering
from vurderede
