{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    partition_by='dato_id',
    pre_hook="{{ slet_beroerte_dage() }}"
) }}

{#-
  Only where several UUIDs or spellings are one system or service can rows share a key, and only
  those are summed: grouping all of them would cost as much as reading them.
-#}
{%- set dele = [
    ('not system.er_flettet', 'not service.er_flettet', false),
    ('system.er_flettet', 'true', true),
    ('not system.er_flettet', 'service.er_flettet', true),
] -%}

-- noqa: disable=layout.indent
-- (one statement in a loop is read best at the margin)
{% for system_betingelse, service_betingelse, skal_summeres in dele %}
select
    cast(
        extract(year from kald.dato) * 10000 + extract(month from kald.dato) * 100
        + extract(day from kald.dato) as integer
    ) as dato_id,
    kald.time_id,
    kald.tidspunkt,
    cast(kald.myndighed_cvr as bigint) as myndighed_id,
    system.it_system_id,
    service.service_id,
    {{ 'cast(sum(kald.antal_kald) as bigint)' if skal_summeres else 'kald.antal_kald' }} as antal_kald
from {{ ref('stg_stoettesystemerne__kald') }} as kald
inner join {{ ref('int_it_system__identitet') }} as system
    on
        kald.it_system_uuid = system.uuid
        and {{ system_betingelse }}
inner join {{ ref('int_service__identitet') }} as service
    on
        kald.service = service.leveret_service
        and kald.stoettesystem = service.stoettesystem
        and service.platform = 'stoettesystemerne'
        and {{ service_betingelse }}
{% if skal_summeres -%}
group by
    kald.dato, kald.time_id, kald.tidspunkt, kald.myndighed_cvr, system.it_system_id, service.service_id
{% endif -%}
{{ 'union all' if not loop.last }}
{% endfor %}
