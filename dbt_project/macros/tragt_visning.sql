{#-
  What others than KOMBIT may see of a sum over municipalities (docs/privacy.md). The parts of a sum, each with its
  `antal`, `kommuner` and the largest municipality's share `stoerste`, are shown when every one has enough municipalities
  and none of them most of it, and when they do not tell each municipality's place by all being in one that does.
-#}
{% macro dele_kan_vises(del, roebende) -%}
    bool_and({{ er_anonym('kommuner', 'antal', 'stoerste') }})
    and not (count(*) = 1 and min({{ del }}) in ({{ roebende }}))
{%- endmacro %}

{#- The steps merged into four. -#}
{% macro tragt_samlet() -%}
    case
        when trin in ('tilmeldt', 'forpligtet', 'mulig') then 'paa_vej'
        when trin in ('aftale', 'klarmeldt') then 'klar'
        when trin in ('stabil_brug', 'foerste_kald') then 'i_brug'
        else 'ude'
    end
{%- endmacro %}

{% macro tragt_trin() -%} trin || coalesce('_' || fravalg, '') {%- endmacro %}
