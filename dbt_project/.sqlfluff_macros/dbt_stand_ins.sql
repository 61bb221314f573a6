{#- What dbt's own macros expand to, so that sqlfluff can lint models without starting dbt. -#}
{% macro noegle(expression) %}cast('0x' || substr(md5({{ expression }}), 1, 12) as bigint){% endmacro %}
{% macro normaliseret(kolonne) %}lower(trim({{ kolonne }})){% endmacro %}
{% macro vist(kolonne) %}trim({{ kolonne }}){% endmacro %}
{% macro snitflade(kolonne) %}upper(trim({{ kolonne }})){% endmacro %}
{% macro slet_beroerte_dage() %}{% endmacro %}
{% macro slet_beroerte_maaneder() %}{% endmacro %}
{% macro slet_beroerte_udtraek() %}{% endmacro %}
{% macro slet_beroerte_kpi() %}{% endmacro %}
{% macro slet_beroerte_perioder() %}{% endmacro %}
{% macro tekst(vaerdi) %}'{{ vaerdi }}'{% endmacro %}
{% macro otte_foer(kolonne) %}{{ kolonne }} as foer_4{% endmacro %}
{% macro sorteret_foer(relation) %}{{ relation }}{% endmacro %}
{% macro afvigelse(navn) %}5{% endmacro %}
{% macro dansk_dato(dato) %}'{{ dato }}'{% endmacro %}
{% macro dansk_tal(tal) %}'0'{% endmacro %}
{% macro sum_uanset_orden(udtryk) %}sum({{ udtryk }}){% endmacro %}
{% macro i_kraft(dato, dag, hvor='true') %}max({{ dato }}) filter (where {{ hvor }} and {{ dato }} <= {{ dag }}){% endmacro %}
{% macro mindst_kommuner() %}5{% endmacro %}
{% macro decimaler_i_midte() %}6{% endmacro %}
{% macro er_anonym(kommuner, i_alt=none, stoerste=none) %}{{ kommuner }} >= 5{% endmacro %}
{% macro middel_af_flere(vaerdi, hvor) %}avg({{ vaerdi }}) filter (where {{ hvor }}){% endmacro %}
{% macro er_naer_plads(plads, antal, kvantil) %}{{ plads }} between 1 and 5{% endmacro %}
{% macro midte(vaerdi, plads, antal) %}avg({{ vaerdi }}) filter (where {{ plads }} <= {{ antal }}){% endmacro %}
{% macro median_af_pladser(vaerdi, plads, antal) %}max({{ vaerdi }}) filter (where {{ plads }} <= {{ antal }}){% endmacro %}
{% macro mindste_taerskel() %}5{% endmacro %}
{% macro slet_beroerte(kolonne, relation) %}{% endmacro %}
{% macro klarmelding_klasse(klarmelding, aarsag) %}{{ klarmelding }} || {{ aarsag }}{% endmacro %}
{% macro forloeb(navn, gaelder, gjaldt_foer, dato, vindue, forrige=false) %}max({{ dato }}) over {{ vindue }} as {{ navn }}_fra{% endmacro %}
{% macro foerste_gang(navn, gaelder, dato, vindue, forrige=false) %}min({{ dato }}) over {{ vindue }} as {{ navn }}_foerste{% endmacro %}
{% macro dele_kan_vises(del, roebende) %}bool_and({{ del }} in ({{ roebende }})){% endmacro %}
{% macro tragt_samlet() %}left(trin, 2){% endmacro %}
{% macro tragt_trin() %}trin || fravalg{% endmacro %}
{% macro officielt_navn(navn) %}{{ navn }} || ' Kommune'{% endmacro %}
{% macro dansk_procent(andel) %}'{{ andel }}'{% endmacro %}
{% macro dansk_cirka(tal) %}'{{ tal }}'{% endmacro %}
{% macro fundets_saetning(f) %}{{ f }}.slags{% endmacro %}
{% macro skridtets_titel() %}slags{% endmacro %}
{% macro skridtets_begrundelse() %}slags{% endmacro %}
{% macro skridtets_tegn() %}slags{% endmacro %}
{% macro skridtets_hvem(skridt) %}{{ skridt }}.slags{% endmacro %}
{% macro klarmelding_i_ord(klarmelding) %}{{ klarmelding }}{% endmacro %}
