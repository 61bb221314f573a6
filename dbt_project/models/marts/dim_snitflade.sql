select
    snitflade_id,
    snitflade,
    navn
from {{ ref('int_snitflade') }}

union all

select 0, 'Ukendt', 'Ukendt'
