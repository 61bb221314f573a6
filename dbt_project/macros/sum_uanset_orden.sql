{#-
  Sum of floating-point numbers in millionths, as exact decimals: the same whatever order the rows are
  added in. A plain sum differs in the last digit from run to run, and a rebuild would not equal the release.
-#}
{% macro sum_uanset_orden(udtryk) -%}
    cast(sum(cast({{ udtryk }} as decimal(28, 6))) as double)
{%- endmacro %}
