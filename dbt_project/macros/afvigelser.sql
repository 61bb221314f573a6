{#- The value of a column on the eight earlier days of the same kind (the window `foer`), smallest first. -#}
{% macro otte_foer(kolonne) -%}
    list_sort([
        {%- for nummer in range(1, 9) %}
        coalesce(lag({{ kolonne }}, {{ nummer }}) over foer, 0){{ ',' if not loop.last }}
        {%- endfor %}
    ])
{%- endmacro %}

{#- 5. december 2022 -#}
{% macro dansk_dato(dato) -%}
    extract(day from {{ dato }}) || '. ' || [
        'januar', 'februar', 'marts', 'april', 'maj', 'juni',
        'juli', 'august', 'september', 'oktober', 'november', 'december'
    ][extract(month from {{ dato }})] || ' ' || extract(year from {{ dato }})
{%- endmacro %}

{#- 1.240 -#}
{% macro dansk_tal(tal) -%}
    replace(format('{:,}', cast({{ tal }} as bigint)), ',', '.')
{%- endmacro %}
