-- A municipality uses a system when the system has any call from it in the 12 months.
select distinct
    maaned,
    it_system_id,
    myndighed_id
from {{ ref('int_udbredelse__par') }}
where er_kommune
