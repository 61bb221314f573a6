{#-
  Pre-hooks of incremental models: remove the periods that this build makes anew, also those whose
  delivery was withdrawn and which therefore bring no new rows.
-#}
{% macro slet_beroerte(kolonne, relation) -%}
    {%- if is_incremental() -%}
    delete from {{ this }} where {{ kolonne }} in (select {{ kolonne }} from {{ relation }})
    {%- else -%}
    select 1
    {%- endif -%}
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
    {%- if is_incremental() -%}
    delete from {{ this }}
    where
        kilde || '/' || periode in (
            select kilde || '/' || periode from {{ source('plan', 'beroerte_perioder') }}
        )
        or kilde || '/' || periode in (
            select 'serviceplatformen/' || strftime(maaned, '%Y-%m') from {{ source('plan', 'beroerte_maaneder') }}
        )
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}
