with

fund as (
    select
        fund.*,
        coalesce(fund.moenster, fund.type) as moenster_eller_type,
        sidste.arbejdsdage,
        foerste.arbejdsdage - cast(foerste.er_arbejdsdag as integer) as arbejdsdage_foer
    from {{ ref('int_afvigelser__fund') }} as fund
    inner join {{ ref('int_drift__kalender') }} as foerste on fund.fra = foerste.dato
    inner join {{ ref('int_drift__kalender') }} as sidste on fund.til = sidste.dato
),

-- an episode ends when a working day passes without a finding; weekends, on which many are silent, do not
begyndelser as (
    select
        *,
        coalesce(arbejdsdage_foer > lag(arbejdsdage) over kombination, true) as begynder
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

navngivne as (
    select
        episoder.*,
        myndighed.cvr,
        myndighed.navn as kommune,
        case
            when myndighed.type = 'kommune' and not ends_with(lower(myndighed.navn), 'kommune')
                then myndighed.navn || ' Kommune'
            else myndighed.navn
        end as hvem,
        system.uuid as it_system_uuid,
        system.navn as it_system,
        service.service,
        service.version,
        service.snitflade,
        service.stoettesystem,
        service.service || coalesce(' ' || service.version, '') || ' fra ' || system.navn as hvad,
        case
            when episoder.fra = episoder.til then 'den ' || {{ dansk_dato('episoder.fra') }}
            else 'fra den ' || {{ dansk_dato('episoder.fra') }} || ' til den ' || {{ dansk_dato('episoder.til') }} -- noqa: LT05
        end as hvornaar
    from episoder
    inner join {{ ref('dim_myndighed') }} as myndighed on episoder.myndighed_id = myndighed.myndighed_id
    inner join {{ ref('dim_it_system') }} as system on episoder.it_system_id = system.it_system_id
    inner join {{ ref('dim_service') }} as service on episoder.service_id = service.service_id
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
