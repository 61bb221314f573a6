{#- The measures in this model's metadata, as a JSON text that stands between single quotes. -#}
{% macro maal_som_json() -%}
    {%- if execute -%}
        {{ tojson(model.config.meta.maal) | replace("'", "''") }}
    {%- else -%}
        []
    {%- endif -%}
{%- endmacro %}
