{#-
  Which of a register's dates is in force on a day: the newest on or before it, or else the first. Everything that asks
  which sheet, list or extract counts asks this; marts.gaeldende says the answer for each month.
-#}
{% macro i_kraft(dato, dag, hvor='true') -%}
    coalesce(
        max({{ dato }}) filter (where {{ hvor }} and {{ dato }} <= {{ dag }}),
        min({{ dato }}) filter (where {{ hvor }})
    )
{%- endmacro %}
