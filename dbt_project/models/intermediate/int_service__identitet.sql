-- A service is delivered with its version in its name ("PersonBaseDataExtendedService v4").
with

leveret as (
    select distinct
        kilde as platform,
        stoettesystem,
        service as leveret_service
    from {{ ref('int_service__set') }}
),

delt as (
    select
        platform,
        stoettesystem,
        leveret_service,
        regexp_replace(leveret_service, '\s+[vV]\.?\s?[0-9]+(\.[0-9]+)*\s*$', '') as service,
        nullif(
            regexp_extract(leveret_service, '\s[vV]\.?\s?([0-9]+(\.[0-9]+)*)\s*$', 1), ''
        ) as versionsnummer
    from leveret
),

noegler as (
    select
        platform,
        stoettesystem,
        leveret_service,
        service,
        {{ normaliseret('service') }} as service_normaliseret,
        'v' || versionsnummer as version,
        -- a name with the mark that parts them must not give two services one key
        {{ noegle(
            "concat_ws('|', platform, replace(coalesce(stoettesystem, ''), '|', chr(31)), replace("
            ~ normaliseret('service') ~ ", '|', chr(31)), coalesce(versionsnummer, ''))"
        ) }} as service_id
    from delt
)

select
    *,
    count(*) over (partition by service_id) > 1 as er_flettet
from noegler
