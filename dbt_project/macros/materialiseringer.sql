{#-
  Tables and views of a build are made in files that nobody reads before they are published, and that are thrown away when
  a model fails. So each is dropped and made in one transaction, and rows are appended where they will stay: without the
  second names, the backups and the questions about indexes and foreign keys that dbt-duckdb has for tables in use, which
  took a quarter of the time that dbt spends on a small build.
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

{#- What the pre-hook has deleted is made anew, in columns that are the table's. -#}
{% materialization incremental, adapter='duckdb' %}
    {% set relation = this.incorporate(type='table') %}
    {{ run_hooks(pre_hooks) }}
    {% if is_incremental() %}
        {% do kraev_samme_kolonner(relation) %}
        {% call statement('main') %}
            insert into {{ relation }} by name ({{ compiled_code }});
            {{ kraev_noegler(relation) }}
        {% endcall %}
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
        {{ dannes }};
        {{ kraev_noegler(relation) }}
    {% endcall %}
{% endmacro %}

{#- What dbt means by `on_schema_change: fail`: rows are never cast to another type, nor a column filled with nothing. -#}
{% macro kraev_samme_kolonner(relation) %}
    {% set tabellens, nye = {}, {} %}
    {% for kolonne in adapter.get_columns_in_relation(relation) %}
        {% do tabellens.update({kolonne.name: kolonne.data_type}) %}
    {% endfor %}
    {% for kolonne in adapter.get_column_schema_from_query(compiled_code) %}
        {% do nye.update({kolonne.name: kolonne.data_type}) %}
    {% endfor %}
    {% if nye != tabellens %}
        {% do exceptions.raise_compiler_error(relation ~ ' has ' ~ tabellens ~ ', and its model gives ' ~ nye) %}
    {% endif %}
{% endmacro %}
