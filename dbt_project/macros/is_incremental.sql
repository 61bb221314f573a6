{#-
  As dbt has it; but where a model is only compiled, to learn whether its code has changed, it is seen with what it says
  of rows that are there already (kdi/building/project.py).
-#}
{% macro is_incremental() -%}
    {{ return(flags.WHICH == 'compile' or dbt.is_incremental()) }}
{%- endmacro %}
