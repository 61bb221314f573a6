{#-
  Every bound of what a deviation is, each with its reason. A share is of the expected calls.
-#}
{% macro afvigelse(navn) -%}
    {%- set graenser = {
        'bortfald_andel': 0.05,
        'spring_andel': 0.2,
        'spring_gange': 5,
        'uregelmaessig_andel': 0.4,
        'uregelmaessig_gange': 2.5,
        'bortfald_score': 3.3,
        'score': 4,
        'mindste_kald': 200,
        'stille_dage_i_traek': 5,
        'jul_fra': 20,
        'jul_til': 3,
        'paaske_dage_foer': 8,
        'fleste_mindst': 5,
        'fleste_andel': 0.5,
        'polling_pause_dage': 31,
        'paa_listen': 30,
        'forventet_mindst': 10,
        'ujaevn_forventet_mindst': 50,
        'otte_dage_fylder': 70,
        'midten_i_spredninger': 0.95,
        'stoerrelser': 11,
        'niveau_af_mindst': 30,
        'niveau_lavest': 0.25,
        'niveau_hoejest': 2,
        'usikkerhed_mindst': 0.1,
        'travl_gange': 1.5,
        'bunke_mindst': 200,
        'bunke_gange': 8,
        'resten_gange': 2.5,
        'resten_mindst': 20,
        'polling_dage_i_maaneden': 7,
        'polling_kald': 240,
        'polling_spids': 2,
        'polling_nat': 0.7,
        'polling_andel': 0.9,
    } -%}
    {#-
      bortfald_andel, spring_*, uregelmaessig_*: hardly any, a fifth or five times, two fifths or two and a half times;
        nearer than that lies an ordinary bad day.
      bortfald_score, score: distance in usual swings. Nothing at all is told from a low day by fewer of them.
      mindste_kald: calls too few or too many, over all days of a finding. In undisturbed sample data one finding in forty
        is as large, of those put into it for a day nine of ten; 6 calls instead of 32 are nobody's morning.
      stille_dage_i_traek: on a quiet day silence says nothing, in a week of them it does.
      jul_fra, jul_til: 20 December to 3 January, as schools close. paaske_dage_foer: from the Saturday before Palm Sunday.
      fleste_*: what at least five municipalities, and half of those that call the service, do on a day is no deviation
        of one of them: a holiday nobody wrote down, or an outage, which kpi.driftsforstyrrelse tells.
      polling_pause_dage: a machine that is below the bound in July has not stopped and begun again.
      paa_listen: what a person can work through in a month.
      forventet_mindst, ujaevn_forventet_mindst: of fewer expected calls a day says nothing; where one of the eight days was
        low as well, of fewer than five times as many.
      otte_dage_fylder: eight weeks, and two more where holidays take two of the days.
      midten_i_spredninger: what the middle four of eight of a normal distribution span, in standard deviations.
      stoerrelser, niveau_*: July and the days around Christmas are low for all, most so for the small. Sizes are powers of
        two up to 1,024 calls; the level of a day is the middle of at least 30 of a size, and neither below a quarter nor
        above twice.
      usikkerhed_mindst: calls vary by a tenth of themselves though the eight days happened to be alike.
      travl_gange, bunke_*: a heap is 200 calls, and eight times the usual hour or night, on a day half as busy again.
      resten_*: and the rest of the day is as usual: no more than two and a half times it, of 20 calls at least.
      polling_*: ten calls an hour, no hour above twice the mean, the night nearly as busy (0.7), on nine days of ten, of a
        week at least: a machine that asks whether there is news.
    -#}
    {{- graenser[navn] -}}
{%- endmacro %}

{#- The value of a column on the eight earlier days of the same kind (the window `foer`), as columns foer_1 to foer_8. -#}
{% macro otte_foer(kolonne) -%}
    {%- for nummer in range(1, 9) %}
    coalesce(lag({{ kolonne }}, {{ nummer }}) over foer, 0) as foer_{{ nummer }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#-
  The rows of a relation with foer_1 to foer_8 in order of size. A sorting network (Knuth, The Art of Computer
  Programming 3, 5.3.4: 19 comparisons in 6 layers) costs a seventh of sorting five million lists.
-#}
{% macro sorteret_foer(relation) -%}
    {%- set lag_i_netvaerket = [
        [(1, 3), (2, 4), (5, 7), (6, 8)],
        [(1, 5), (2, 6), (3, 7), (4, 8)],
        [(1, 2), (3, 4), (5, 6), (7, 8)],
        [(3, 5), (4, 6)],
        [(2, 5), (4, 7)],
        [(2, 3), (4, 5), (6, 7)],
    ] -%}
    {%- set ns = namespace(sql=relation) -%}
    {%- for par_i_laget in lag_i_netvaerket -%}
        {%- set udtryk = [] -%}
        {%- for mindst, stoerst in par_i_laget -%}
            {%- do udtryk.append('least(foer_' ~ mindst ~ ', foer_' ~ stoerst ~ ') as foer_' ~ mindst) -%}
            {%- do udtryk.append('greatest(foer_' ~ mindst ~ ', foer_' ~ stoerst ~ ') as foer_' ~ stoerst) -%}
        {%- endfor -%}
        {%- set ns.sql = '(select * replace (' ~ udtryk | join(', ') ~ ') from ' ~ ns.sql ~ ')' -%}
    {%- endfor -%}
    {{ ns.sql }}
{%- endmacro %}

{#- 5. december 2022 -#}
{% macro dansk_dato(dato) -%}
    extract(day from {{ dato }}) || '. ' || [
        'januar', 'februar', 'marts', 'april', 'maj', 'juni',
        'juli', 'august', 'september', 'oktober', 'november', 'december'
    ][extract(month from {{ dato }})] || ' ' || extract(year from {{ dato }})
{%- endmacro %}

{#- 1.240 -#}
{% macro dansk_tal(tal) -%}
    {{ return(adapter.dispatch('dansk_tal', 'kdi')(tal)) }}
{%- endmacro %}

{% macro duckdb__dansk_tal(tal) -%}
    replace(format('{:,}', cast({{ tal }} as bigint)), ',', '.')
{%- endmacro %}

{#- DuckDB's cast rounds a half to the even number; Spark's cuts decimals off. -#}
{% macro spark__dansk_tal(tal) -%}
    replace(format_number(rint({{ tal }}), 0), ',', '.')
{%- endmacro %}
