select
    {{ normaliseret('navn') }} as navn_normaliseret,
    lower(uuid) as uuid,
    it_system
from {{ source('lake', 'system_alias') }}
