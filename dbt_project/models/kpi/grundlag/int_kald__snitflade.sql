-- Calls of the 12 months per system, interface and municipality; services outside the catalogue have none.
select
    par.maaned,
    par.it_system_id,
    snitflade.snitflade_id,
    par.myndighed_id,
    par.er_kommune,
    sum(par.kald_12m) as kald_12m
from {{ ref('int_udbredelse__par') }} as par
inner join {{ ref('int_snitflade') }} as snitflade on par.snitflade = snitflade.snitflade
group by par.maaned, par.it_system_id, snitflade.snitflade_id, par.myndighed_id, par.er_kommune
