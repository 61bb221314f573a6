-- The names in the sums are those of now: where one has changed, all extracts are summed anew.
with

omdoebt as (
    {{ omdoebte('it_system', ['navn', 'uuid']) }}
    union all
    {{ omdoebte('myndighed', ['navn']) }}
    union all
    {{ omdoebte('kle', ['emne']) }}
)

select udtraeksdato from {{ ref('int_kle__udtraek') }}

union

select udtraeksdato
from {{ ref('int_kle__sager') }}
where exists (select 1 from omdoebt)
