{#-
  How many municipalities must stand behind a figure that others than KOMBIT see, and how large a share of it
  the largest may have. Five is the workshop's number for small counts; half is the common dominance rule
  for the largest contributor (n = 1, k = 50). They stand here alone.
-#}
{% macro mindst_kommuner() -%} 5 {%- endmacro %}
{% macro hoejeste_andel() -%} 0.5 {%- endmacro %}

{#-
  Decimals of a mean of several municipalities. Calls per inhabitant are whole numbers over populations that anyone can
  look up: with twelve decimals two of the five, who know their own, could solve for the other three.
-#}
{% macro decimaler_i_midte() -%} 6 {%- endmacro %}

{#- The floor under every small-count threshold; formaal.csv may make one stricter, never looser. -#}
{% macro mindste_taerskel() -%} 5 {%- endmacro %}

{#- Whether a figure may be seen by others; of a sum also how much of it the largest authority has. -#}
{% macro er_anonym(kommuner, i_alt=none, stoerste=none) -%}
    coalesce({{ kommuner }} >= {{ mindst_kommuner() }}
    {%- if i_alt %} and {{ stoerste }} <= {{ hoejeste_andel() }} * {{ i_alt }}{% endif %}, false)
{%- endmacro %}

{#- Whether a place is among the five nearest to a quantile's place in a distribution of so many. -#}
{% macro er_naer_plads(plads, antal, kvantil) -%}
    {{ plads }} - greatest(1, least(
        {{ antal }} - {{ mindst_kommuner() }} + 1,
        cast(round(1 + ({{ antal }} - 1) * {{ kvantil }}) as bigint) - {{ mindst_kommuner() }} // 2
    )) between 0 and {{ mindst_kommuner() }} - 1
{%- endmacro %}

{#-
  The mean of several municipalities' values, or nothing when one of them makes up more than the allowed share. The
  values are added in order, so that the last digits do not depend on the order of rows; the largest has as many
  decimals as they, so that exactly the allowed share is allowed.
-#}
{% macro middel_af_flere(vaerdi, hvor) -%}
    {%- set i_alt -%} {{ sum_uanset_orden('case when ' ~ hvor ~ ' then ' ~ vaerdi ~ ' end', 12) }} {%- endset -%}
    case
        when round(max({{ vaerdi }}) filter (where {{ hvor }}), 12) <= {{ hoejeste_andel() }} * {{ i_alt }}
            then round({{ i_alt }} / count(*) filter (where {{ hvor }}), {{ decimaler_i_midte() }})
    end
{%- endmacro %}

{#-
  The middle of a group of municipalities, as others may see it: the mean of the five in the middle, or nothing when the
  group is smaller or one of the five makes up more than the allowed share. Aggregates the rows of a group.
  `plads` is a row's place from below, `antal` how many there are; places without a row are zeros at the bottom.
-#}
{% macro midte(vaerdi, plads, antal) -%}
    {%- set midt = er_naer_plads(plads, antal, 0.5) -%}
    {%- set i_alt -%} coalesce({{ sum_uanset_orden('case when ' ~ midt ~ ' then ' ~ vaerdi ~ ' end', 12) }}, 0) {%- endset -%}
    {%- set stoerste -%} coalesce(round(max({{ vaerdi }}) filter (where {{ midt }}), 12), 0) {%- endset -%}
    case
        when max({{ antal }}) >= {{ mindst_kommuner() }} and {{ stoerste }} <= {{ hoejeste_andel() }} * {{ i_alt }}
            then round({{ i_alt }} / {{ mindst_kommuner() }}, {{ decimaler_i_midte() }})
    end
{%- endmacro %}

{#- The plain median of the same rows: in a small group it is one municipality's own value, so for KOMBIT alone. -#}
{% macro median_af_pladser(vaerdi, plads, antal) -%}
    case
        when max({{ antal }}) > 0
            then (
                coalesce(sum({{ vaerdi }}) filter (where {{ plads }} = ({{ antal }} + 1) // 2), 0)
                + coalesce(sum({{ vaerdi }}) filter (where {{ plads }} = {{ antal }} // 2 + 1), 0)
            ) / 2
    end
{%- endmacro %}
