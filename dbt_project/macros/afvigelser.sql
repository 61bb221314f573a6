{#- The value of a column on the eight earlier days of the same kind (the window `foer`), as columns foer_1 to foer_8. -#}
{% macro otte_foer(kolonne) -%}
    {%- for nummer in range(1, 9) %}
    coalesce(lag({{ kolonne }}, {{ nummer }}) over foer, 0) as foer_{{ nummer }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#-
  The rows of a relation with foer_1 to foer_8 in order of size. A sorting network (Knuth, The Art of Computer
  Programming 3, 5.3.4: 19 comparisons in 6 layers) costs a seventh of sorting five million lists.
-#}
{% macro sorteret_foer(relation) -%}
    {%- set lag_i_netvaerket = [
        [(1, 3), (2, 4), (5, 7), (6, 8)],
        [(1, 5), (2, 6), (3, 7), (4, 8)],
        [(1, 2), (3, 4), (5, 6), (7, 8)],
        [(3, 5), (4, 6)],
        [(2, 5), (4, 7)],
        [(2, 3), (4, 5), (6, 7)],
    ] -%}
    {%- set ns = namespace(sql=relation) -%}
    {%- for par_i_laget in lag_i_netvaerket -%}
        {%- set udtryk = [] -%}
        {%- for mindst, stoerst in par_i_laget -%}
            {%- do udtryk.append('least(foer_' ~ mindst ~ ', foer_' ~ stoerst ~ ') as foer_' ~ mindst) -%}
            {%- do udtryk.append('greatest(foer_' ~ mindst ~ ', foer_' ~ stoerst ~ ') as foer_' ~ stoerst) -%}
        {%- endfor -%}
        {%- set ns.sql = '(select * replace (' ~ udtryk | join(', ') ~ ') from ' ~ ns.sql ~ ')' -%}
    {%- endfor -%}
    {{ ns.sql }}
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
    {{ return(adapter.dispatch('dansk_tal', 'kdi')(tal)) }}
{%- endmacro %}

{% macro duckdb__dansk_tal(tal) -%}
    replace(format('{:,}', cast({{ tal }} as bigint)), ',', '.')
{%- endmacro %}

{#- DuckDB's cast rounds a half to the even number; Spark's cuts decimals off. -#}
{% macro spark__dansk_tal(tal) -%}
    replace(format_number(rint({{ tal }}), 0), ',', '.')
{%- endmacro %}
