{#-
  Since when something holds, and when it last ceased to, as told in the order of a key's dates: columns <navn>_fra and
  <navn>_ophoert. Where it does not hold, <navn>_fra is the beginning of its last run. With `forrige`, a key's first row
  may be the one before those that are made anew (er_forrige), which brings along what was known then (forrige_<navn>_…).
-#}
{% macro forloeb(navn, gaelder, gjaldt_foer, dato, vindue, forrige=false) -%}
    {%- set fra = 'when er_forrige then forrige_' ~ navn ~ '_fra ' if forrige -%}
    {%- set ophoert = 'when er_forrige then forrige_' ~ navn ~ '_ophoert ' if forrige -%}
    max(case {{ fra }}when {{ gaelder }} and not {{ gjaldt_foer }} then {{ dato }} end) over {{ vindue }} as {{ navn }}_fra,
    max(case {{ ophoert }}when {{ gjaldt_foer }} and not {{ gaelder }} then {{ dato }} end) over {{ vindue }} as {{ navn }}_ophoert
{%- endmacro %}

{#- The first date on which it held. -#}
{% macro foerste_gang(navn, gaelder, dato, vindue, forrige=false) -%}
    {%- set foerste = 'when er_forrige then forrige_' ~ navn ~ '_foerste ' if forrige -%}
    min(case {{ foerste }}when {{ gaelder }} then {{ dato }} end) over {{ vindue }} as {{ navn }}_foerste
{%- endmacro %}
