select
    maaned,
    it_system_uuid,
    it_system,
    leverandoer,
    cast(sum(gaeld) as integer) as gaeld,
    cast(max(aeldste_gaeld_maaneder) as integer) as aeldste_gaeld_maaneder,
    cast(count(*) filter (where gaeld > 0) as integer) as kommuner,
    cast(count(*) filter (where mulige > kan_ikke_maales) as integer) as kommuner_maalt,
    cast(count(*) filter (where fase not in ('anskaffelse', 'udfaset')) as integer) as anvendere,
    {{ er_anonym('count(*) filter (where gaeld > 0)') }} as er_anonym
from {{ ref('teknisk_gaeld') }}
group by maaned, it_system_uuid, it_system, leverandoer
