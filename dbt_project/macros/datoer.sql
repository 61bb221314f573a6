{#-
  Dates of dbt's own macros on Spark, in DuckDB's words like all else in the project: what is compiled is
  translated as a whole (kdi/building/spark_sql.py).
-#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    ({{ from_date_or_timestamp }} + interval ({{ interval }}) {{ datepart }})
{%- endmacro %}

{% macro spark__date_trunc(datepart, date) -%}
    date_trunc('{{ datepart }}', {{ date }})
{%- endmacro %}

{% macro spark__last_day(date, datepart) -%}
    cast(last_day({{ date }}) as date)
{%- endmacro %}
