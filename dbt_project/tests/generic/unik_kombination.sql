{#-
  No two rows share the given columns: the grain of the table. Rows are told apart by their hashes
  first, which costs half of what grouping texts does; those that share one are compared whole.
-#}
{% test unik_kombination(model, kolonner) %}
{%- set kolonner = kolonner | join(', ') %}
with
delte as (
    select hash({{ kolonner }}) as aftryk
    from {{ model }}
    group by hash({{ kolonner }})
    having count(*) > 1
)

select {{ kolonner }}
from {{ model }}
where hash({{ kolonner }}) in (select delte.aftryk from delte)
group by {{ kolonner }}
having count(*) > 1
{% endtest %}
