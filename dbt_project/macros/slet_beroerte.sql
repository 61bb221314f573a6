{#-
  Pre-hooks of incremental models: remove the periods that this build makes anew, also those whose
  delivery was withdrawn and which therefore bring no new rows.
-#}
{% macro slet(betingelse) -%}
    {%- if is_incremental() -%}
    {{ adapter.dispatch('slet', 'kdi')(betingelse) }}
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__slet(betingelse) -%}
    delete from {{ this }} where {{ betingelse }}
{%- endmacro %}

{#-
  A Parquet table on Spark has no delete: the partitions with such rows are dropped. So the condition may only
  ask for columns that the model is partitioned by (`partition_by`, which DuckDB passes over).
-#}
{% macro spark__slet(betingelse) -%}
    {%- set kolonner = [config.get('partition_by')] if config.get('partition_by') is string else config.get('partition_by') -%}
    {%- set valgt = [] -%}
    {%- for kolonne in kolonner -%} {%- do valgt.append('cast(' ~ kolonne ~ ' as string) as ' ~ kolonne) -%} {%- endfor -%}
    {%- set dele = run_query('select distinct ' ~ valgt | join(', ') ~ ' from ' ~ this ~ ' where ' ~ betingelse) -%}
    {%- if dele.rows | length == 0 -%}
    select 1
    {%- else -%}
    alter table {{ this }} drop if exists
        {%- for del in dele.rows %}
        partition ({% for vaerdi in del.values() -%}
            {{ kolonner[loop.index0] }} = {{ 'null' if vaerdi is none else "'" ~ vaerdi ~ "'" }}{{ ', ' if not loop.last }}
        {%- endfor %}){{ ',' if not loop.last }}
        {%- endfor %}
    {%- endif -%}
{%- endmacro %}

{#- Delta tables have it. -#}
{% macro databricks__slet(betingelse) -%} {{ kdi.duckdb__slet(betingelse) }} {%- endmacro %}

{% macro fabricspark__slet(betingelse) -%} {{ kdi.duckdb__slet(betingelse) }} {%- endmacro %}

{% macro slet_beroerte(kolonne, relation) -%}
    {{ slet(kolonne ~ ' in (select ' ~ kolonne ~ ' from ' ~ relation ~ ')') }}
{%- endmacro %}

{% macro slet_beroerte_dage() -%}
    {{ slet_beroerte('dato_id', source('plan', 'beroerte_dage')) }}
{%- endmacro %}

{% macro slet_beroerte_maaneder() -%}
    {{ slet_beroerte('maaned', source('plan', 'beroerte_maaneder')) }}
{%- endmacro %}

{% macro slet_beroerte_udtraek() -%}
    {{ slet_beroerte('udtraeksdato', source('plan', 'beroerte_udtraek')) }}
{%- endmacro %}

{% macro slet_beroerte_kpi() -%}
    {{ slet_beroerte('maaned', ref('int_kpi__maaneder')) }}
{%- endmacro %}

{#- A touched day makes its whole month be read again from Serviceplatformen. -#}
{% macro slet_beroerte_perioder() -%}
    {%- set betingelse -%}
        kilde || '/' || periode in (
            select kilde || '/' || periode from {{ source('plan', 'beroerte_perioder') }}
        )
        or kilde || '/' || periode in (
            select 'serviceplatformen/' || substr(cast(maaned as {{ dbt.type_string() }}), 1, 7)
            from {{ source('plan', 'beroerte_maaneder') }}
        )
    {%- endset -%}
    {{ slet(betingelse) }}
{%- endmacro %}
