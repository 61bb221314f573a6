-- Every mention in a register with the IT system it means.
select
    omtale.kilde,
    omtale.statusdato,
    omtale.uuid,
    omtale.navn,
    omtale.navn_normaliseret,
    omtale.leverandoer_navn,
    omtale.er_kitos,
    opslag.it_system_id,
    opslag.regel,
    opslag.systemer_med_navnet
from {{ ref('int_it_system__omtale') }} as omtale
inner join {{ ref('int_it_system__opslag') }} as opslag
    on
        omtale.navn_normaliseret = opslag.navn_normaliseret
        and omtale.uuid is not distinct from opslag.uuid
        and omtale.er_kitos = opslag.er_kitos
