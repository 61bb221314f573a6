{#- A number that counts something is never below zero. -#}
{% test ikke_negativ(model, column_name) %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} < 0
{% endtest %}
