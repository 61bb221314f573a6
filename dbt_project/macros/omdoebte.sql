{#- Keys of the members of a dimension that the release before has under another name: rows that name them are made anew. -#}
{% macro omdoebte(medlem, navne) -%}
    select ny.{{ medlem }}_id as noegle
    from {{ ref('dim_' ~ medlem) }} as ny
    inner join {{ source('basis', medlem ~ '_foer') }} as foer on ny.{{ medlem }}_id = foer.{{ medlem }}_id
    where
    {%- for navn in navne %}
        {% if not loop.first %}or {% endif %}ny.{{ navn }} is distinct from foer.{{ navn }}
    {%- endfor %}
{%- endmacro %}
