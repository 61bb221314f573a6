{#- A name as it is compared: trimmed, case-folded, runs of blanks collapsed. -#}
{% macro normaliseret(kolonne) -%}
    lower(trim(regexp_replace({{ kolonne }}, '\s+', ' ', 'g')))
{%- endmacro %}
