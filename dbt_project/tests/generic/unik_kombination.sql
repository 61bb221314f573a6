{#- No two rows share the given columns: the grain of the table. -#}
{% test unik_kombination(model, kolonner) %}
select {{ kolonner | join(', ') }}
from {{ model }}
group by {{ kolonner | join(', ') }}
having count(*) > 1
{% endtest %}
