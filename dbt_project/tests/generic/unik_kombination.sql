{#- A key of some of a table's rows (`where`), such as those that a build has touched; a key of all is its contract's. -#}
{% test unik_kombination(model, kolonner) %}
{{ raekker_med_samme(model, kolonner) }}
{% endtest %}
