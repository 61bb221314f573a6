{#- A value of the project's metadata as a text in SQL; none is NULL. -#}
{% macro tekst(vaerdi) -%}
    {%- if vaerdi is none -%} cast(null as varchar) {%- else -%} '{{ vaerdi | replace("'", "''") }}' {%- endif -%}
{%- endmacro %}
