{#-
  Rows that share the given columns, an empty one counted as a value: none where the columns are the grain of the table.
  Rows are told apart by their hashes first, which costs half of what grouping texts does; those that share one are
  compared whole.
-#}
{% macro raekker_med_samme(relation, kolonner) -%}
{%- set kolonner = kolonner | join(', ') -%}
with
delte as (
    select hash({{ kolonner }}) as aftryk
    from {{ relation }}
    group by hash({{ kolonner }})
    having count(*) > 1
)

select {{ kolonner }}
from {{ relation }}
where hash({{ kolonner }}) in (select delte.aftryk from delte)
group by {{ kolonner }}
having count(*) > 1
{%- endmacro %}

{#-
  The keys of a model's contract are asked for as soon as its rows are there: no model that reads the table, and no
  reader, has it before. An index that keeps them would cost more than the table, and be published with it.
-#}
{% macro kraev_noegler(relation) -%}
    {%- for noegle in model['constraints'] if noegle['type'] in noegletyper() -%}
    {{ adapter.dispatch('kraev_noegle', 'kdi')(relation, noegle['columns']) }}
    {%- endfor -%}
{%- endmacro %}

{% macro noegletyper() %}{{ return(['primary_key', 'unique']) }}{% endmacro %}

{% macro noeglen_er_delt(relation, kolonner) -%}
Nøglen ({{ kolonner | join(', ') }}) i {{ relation.schema }}.{{ relation.identifier }} er ikke entydig; delte værdier:
{%- endmacro %}

{% macro duckdb__kraev_noegle(relation, kolonner) -%}
    select error('{{ noeglen_er_delt(relation, kolonner) }} ' || count(*))
    from ({{ raekker_med_samme(relation, kolonner) }})
    having count(*) > 0;
{%- endmacro %}

{#- Spark reads no more of a query than is asked for. -#}
{% macro default__kraev_noegle(relation, kolonner) -%}
    {%- set sql = 'select count(*) from (' ~ raekker_med_samme(relation, kolonner) ~ ')' -%}
    {#- nothing is asked while the project is parsed -#}
    {%- set delte = run_query(sql).rows[0][0] if execute else 0 -%}
    {%- if delte -%} {%- do exceptions.raise_compiler_error(noeglen_er_delt(relation, kolonner) ~ ' ' ~ delte) -%} {%- endif -%}
{%- endmacro %}

{#- In a table's own definition stands what DuckDB keeps as the rows come in; its keys are asked for above. -#}
{% macro duckdb__get_table_columns_and_constraints() -%}
    {%- set af_kolonner = adapter.render_raw_columns_constraints(raw_columns=model['columns']) -%}
    {%- set andre = model['constraints'] | rejectattr('type', 'in', noegletyper()) | list -%}
    ({{ (af_kolonner + adapter.render_raw_model_constraints(raw_constraints=andre)) | join(', ') }})
{%- endmacro %}
