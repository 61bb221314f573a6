-- What a municipality could take up with somebody, the weightiest first, and what became of it.
with

graense as (
    select
        vaegt as mindste_score,
        mindst as hoejst_i_alt,
        afstand as hoejst_af_slagsen
    from {{ ref('stg_reference__vaegte') }}
    where emne = 'skridt' and kode = 'graense'
),

vaegte as (
    select * from {{ ref('stg_reference__vaegte') }}
    where emne = 'skridt' and kode <> 'graense'
),

-- a step is one talk: of a system that asks for several, the weightiest
samtaler as (
    select
        kandidater.*,
        vaegte.raekkefoelge
    from {{ ref('int_skridt__kandidater') }} as kandidater
    inner join vaegte on kandidater.slags = vaegte.kode
    qualify row_number() over (
        partition by
            kandidater.maaned, kandidater.cvr,
            coalesce(kandidater.it_system_uuid, kandidater.it_system, kandidater.slags)
        order by kandidater.score desc, vaegte.raekkefoelge asc
    ) = 1
),

af_slagsen as (
    select
        samtaler.*,
        samtaler.score >= graense.mindste_score as er_stort_nok,
        row_number() over (
            partition by samtaler.maaned, samtaler.cvr, samtaler.slags
            order by
                samtaler.score desc, samtaler.forventede_kald desc nulls last, samtaler.anvendere desc,
                samtaler.it_system asc, samtaler.it_system_uuid asc
        ) <= graense.hoejst_af_slagsen as er_blandt_slagsens_foerste
    from samtaler
    cross join graense
),

ordnet as (
    select
        *,
        er_stort_nok and er_blandt_slagsens_foerste as kan_vaelges,
        row_number() over (
            partition by maaned, cvr
            order by
                er_stort_nok and er_blandt_slagsens_foerste desc, score desc, raekkefoelge asc,
                forventede_kald desc nulls last, anvendere desc, it_system asc, it_system_uuid asc
        ) as plads
    from af_slagsen
),

valgt as (
    select
        ordnet.*,
        case when ordnet.kan_vaelges and ordnet.plads <= graense.hoejst_i_alt then ordnet.plads end as nummer
    from ordnet
    cross join graense
)

select
    valgt.maaned,
    myndighed.cvr,
    myndighed.navn as kommune,
    cast(valgt.nummer as integer) as nummer,
    case
        when valgt.nummer is not null then 'valgt'
        when valgt.er_stort_nok then 'flere'
        else 'for_smaat'
    end as valg,
    valgt.slags,
    valgt.score,
    valgt.it_system_uuid,
    valgt.it_system,
    valgt.leverandoer,
    valgt.snitflader,
    cast(valgt.antal as integer) as antal,
    cast(valgt.anvendere as integer) as anvendere,
    cast(count(*) over samme_samtale - 1 as integer) as andre_kommuner,
    valgt.forventede_kald,
    valgt.titel,
    valgt.begrundelse,
    ord.borger,
    ord.sagsbehandler,
    ord.it,
    {{ skridtets_hvem('valgt') }} as hvem,
    valgt.tegn_paa_brug,
    udfald.udfald
from valgt
inner join {{ ref('dim_myndighed') }} as myndighed on valgt.cvr = myndighed.cvr
left join {{ ref('int_skridt__ord') }} as ord
    on valgt.snitflader = ord.snitflader
left join {{ ref('int_skridt__udfald') }} as udfald
    on
        valgt.maaned = udfald.maaned
        and valgt.cvr = udfald.cvr
        and valgt.slags = udfald.slags
        and valgt.it_system is not distinct from udfald.it_system
        and valgt.it_system_uuid is not distinct from udfald.it_system_uuid
window samme_samtale as (
    partition by valgt.maaned, valgt.slags, valgt.it_system, valgt.it_system_uuid
)
