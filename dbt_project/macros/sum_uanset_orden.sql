{#-
  Sum of floating-point numbers in millionths, or finer, as exact decimals: the same whatever order the rows are
  added in. A plain sum differs in the last digit from run to run, and a rebuild would not equal the release.
-#}
{% macro sum_uanset_orden(udtryk, decimaler=6) -%}
    cast(sum(cast({{ udtryk }} as decimal({{ 22 + decimaler }}, {{ decimaler }}))) as double)
{%- endmacro %}
