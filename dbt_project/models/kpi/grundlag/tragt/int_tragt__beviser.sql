-- All that is known of each combination in a touched month, for and against each step.
select
    raekke.maaned,
    maaned.sidste_dag,
    raekke.myndighed_id,
    raekke.it_system_id,
    raekke.snitflade_id,

    coalesce(brug.bruger, false) as bruger_systemet,
    coalesce(brug.start, case when brug.bruger then brug.bruger_fra end) as brug_start,
    coalesce(brug.udfaset, false) as udfaset,
    brug.sidste_til,
    brug.udfaset_fra,
    brug.udfaset_ophoert,

    coalesce(kald.stabil, false) as stabil,
    kald.stabil_fra,
    kald.stabil_ophoert,
    kald.stabil_foerste,
    coalesce(kald.kald12, false) as kald12,
    kald.kald12_fra,
    kald.kald12_ophoert,
    kald.kald12_foerste,
    coalesce(kald.aftale, false) as aftale,
    kald.aftale_fra,
    kald.aftale_ophoert,
    kald.aftale_foerste,
    kald.seneste_kald,

    status.klarmelding,
    status.aarsag,
    coalesce(status.klasse, 'ingen') as klasse,
    status.aldrig_fra,
    status.aldrig_ophoert,
    status.klarmeldt_fra,
    status.klarmeldt_ophoert,
    status.klarmeldt_foerste,
    status.ikke_endnu_fra,
    status.ikke_endnu_ophoert,
    status.tilmeldt_fra,
    status.tilmeldt_ophoert,
    status.tilmeldt_foerste,
    status.oplyst_fra,

    liste.krav,
    liste.forpligtet_fra,
    liste.forpligtet_ophoert,
    liste.forpligtet_foerste,

    snitflade.er_observeret,
    snitflade.aftale_kan_ses,
    not snitflade.kan_maales as kan_ikke_maales
from {{ ref('int_tragt__raekker') }} as raekke
inner join {{ ref('int_tragt__maaneder') }} as maaned on raekke.maaned = maaned.maaned
left join {{ ref('int_tragt__brug') }} as brug
    on
        raekke.maaned = brug.maaned
        and raekke.myndighed_id = brug.myndighed_id
        and raekke.it_system_id = brug.it_system_id
left join {{ ref('int_tragt__forloeb') }} as kald
    on
        raekke.maaned = kald.maaned
        and raekke.myndighed_id = kald.myndighed_id
        and raekke.it_system_id = kald.it_system_id
        and raekke.snitflade_id = kald.snitflade_id
left join {{ ref('int_klarmelding__forloeb') }} as status
    on
        maaned.ark_dato = status.statusdato
        and raekke.it_system_id = status.it_system_id
        and raekke.snitflade_id = status.snitflade_id
left join {{ ref('int_ski__forloeb') }} as liste
    on
        maaned.ski_dato = liste.statusdato
        and raekke.it_system_id = liste.it_system_id
        and raekke.snitflade_id = liste.snitflade_id
left join {{ ref('int_tragt__snitflade') }} as snitflade
    on
        raekke.maaned = snitflade.maaned
        and raekke.snitflade_id = snitflade.snitflade_id
