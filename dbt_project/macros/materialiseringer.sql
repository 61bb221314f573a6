{#-
  Tables and views of a build are made in files that nobody reads before they are published, and that are thrown away when a model
  fails. So each is dropped and made in one transaction, and rows are appended where they will stay: without the
  second names, the backups and the questions about indexes and foreign keys that dbt-duckdb has for tables in use, which
  took a third of the time that dbt spends on a small model.
-#}
{% materialization table, adapter='duckdb' %}
    {% set relation = this.incorporate(type='table') %}
    {{ run_hooks(pre_hooks) }}
    {% do dannes_paa_ny(relation) %}
    {% do adapter.commit() %}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {% set relation = this.incorporate(type='view') %}
    {% do dannes_paa_ny(relation) %}
    {% do adapter.commit() %}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{#-
  What the pre-hook has deleted is made anew. A table goes on only with rows of the code that made the others
  (kdi/building/pieces.py), so its columns need not be compared with the model's.
-#}
{% materialization incremental, adapter='duckdb' %}
    {% set relation = this.incorporate(type='table') %}
    {{ run_hooks(pre_hooks) }}
    {% if is_incremental() %}
        {% call statement('main') %}insert into {{ relation }} by name ({{ compiled_code }}){% endcall %}
    {% else %}
        {% do dannes_paa_ny(relation) %}
    {% endif %}
    {% do adapter.commit() %}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{% macro dannes_paa_ny(relation) %}
    {% set foer = load_cached_relation(this) %}
    {% set dannes %}
        {%- if relation.is_view %}{{ create_view_as(relation, compiled_code) }}
        {%- else %}{{ create_table_as(False, relation, compiled_code) }}
        {%- endif %}
    {% endset %}
    {% call statement('main') %}
        {%- if foer is not none %}drop {{ foer.type }} if exists {{ foer }};{% endif %}
        {{ dannes }}
    {% endcall %}
{% endmacro %}
