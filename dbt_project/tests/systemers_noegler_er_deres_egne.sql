-- A key is 48 bits of a hash: two systems with one would be added up as if they were one.
select
    it_system_id,
    count(distinct coalesce('alias:' || alias_it_system, 'uuid:' || uuid)) as systemer
from {{ ref('int_it_system__identitet') }}
group by it_system_id
having count(distinct coalesce('alias:' || alias_it_system, 'uuid:' || uuid)) > 1
