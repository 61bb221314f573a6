{#-
  Surrogate key of a business key: the first 48 bits of its MD5 as an integer.
  A function of the key alone, so that keys do not depend on the order in which deliveries arrive
  and a rebuild gives the same ones. 48 bits stay exact in Power BI, Excel and JavaScript; with
  100,000 members two collide with probability 2e-5, and then the test of uniqueness fails.
-#}
{% macro noegle(expression) -%}
    {{ return(adapter.dispatch('noegle', 'kdi')(expression)) }}
{%- endmacro %}

{% macro duckdb__noegle(expression) -%}
    cast('0x' || substr(md5({{ expression }}), 1, 12) as bigint)
{%- endmacro %}

{% macro spark__noegle(expression) -%}
    cast(conv(substr(md5({{ expression }}), 1, 12), 16, 10) as bigint)
{%- endmacro %}
