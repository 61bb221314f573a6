select
    {{ normaliseret('navn') }} as navn_normaliseret,
    lower(uuid) as uuid,
    {{ vist('it_system') }} as it_system
from {{ source('lake', 'system_alias') }}
