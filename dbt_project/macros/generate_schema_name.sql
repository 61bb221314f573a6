{#- Schemas are called what the interface promises: marts, kpi; never prefixed with a target. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
