{#-
  Names as kdi/notation/names.py has them, whose words these are: a test holds the two equal. What lies in the lake
  is composed already (NFC); Spark has no word for that.
-#}
{% macro uden_usynlige(kolonne) -%}
    regexp_replace({{ kolonne }}, '[\x{AD}\x{34F}\x{61C}\x{180B}-\x{180E}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}\x{FE00}-\x{FE0F}\x{FEFF}\x{FFF9}-\x{FFFB}\x{E0000}-\x{E0FFF}]', '', 'g')
{%- endmacro %}

{% macro vist(kolonne) -%}
    trim(regexp_replace({{ sammensat(uden_usynlige(kolonne)) }}, '[\x{9}-\x{D}\x{1C}-\x{20}\x{85}\x{A0}\x{115F}\x{1160}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{2800}\x{3000}\x{3164}\x{FFA0}]+', ' ', 'g'))
{%- endmacro %}

{% macro sammensat(udtryk) -%} {{ return(adapter.dispatch('sammensat', 'kdi')(udtryk)) }} {%- endmacro %}
{% macro duckdb__sammensat(udtryk) -%} nfc_normalize({{ udtryk }}) {%- endmacro %}
{% macro spark__sammensat(udtryk) -%} {{ udtryk }} {%- endmacro %}

{#- A name with dashes of every kind as one. -#}
{% macro ens_streger(kolonne) -%}
    regexp_replace({{ vist(kolonne) }}, '[\x{58A}\x{5BE}\x{1806}\x{2010}-\x{2015}\x{2043}\x{207B}\x{208B}\x{2212}\x{FE58}\x{FE63}\x{FF0D}]', '-', 'g')
{%- endmacro %}

{#- A name as it is compared. -#}
{% macro normaliseret(kolonne) -%}
    lower({{ ens_streger(kolonne) }})
{%- endmacro %}

{#- The interface that a text names, as SF1470 or SF1460_A; what names none is shown as it is. -#}
{% macro snitflade(kolonne) -%}
    {%- set bogstav = 'A-Za-zÆØÅæøå' -%}
    {%- set tal = '(?:^|[^' ~ bogstav ~ '0-9])[Ss][Ff][ ._:-]*([0-9]{4})' -%}
    {%- set med_bogstav = tal ~ '(?:(_?[a-z])|([_.-]?[A-Z])|([ _.-]{1,3}[A-HJ-Z]))(?:$|[^' ~ bogstav ~ '0-9])' -%}
    {%- set uden_bogstav = tal ~ '(?:$|[^' ~ bogstav ~ '0-9_. -]|[.-](?:$|[^' ~ bogstav ~ '0-9])|[ ](?:$|[^0-9])|-?[' ~ bogstav ~ ']{2})' -%}
    {%- set lignende = '(?:^|[^' ~ bogstav ~ '])[Ss] ?[Ff][^' ~ bogstav ~ '0-9]{0,3}(?:[Nn][Rr])?[^' ~ bogstav ~ '0-9]{0,3}[0-9]' -%}
    {%- set flere = lignende ~ '.*' ~ lignende ~ '|' ~ tal ~ '[ _.-]{0,3}[A-Z] ?[/+&,] ?[A-Z](?:$|[^' ~ bogstav ~ '0-9])|'
        ~ tal ~ ' ?[/+&,-] ?[0-9]{4}(?:$|[^' ~ bogstav ~ '0-9])' -%}
    {%- set tekst = ens_streger(kolonne) -%}
    case
        when lower({{ tekst }}) = 'sapa dialogintegration' then 'SAPA dialogintegration'
        when regexp_matches({{ tekst }}, '{{ flere }}') then {{ vist(kolonne) }}
        when regexp_matches({{ tekst }}, '{{ med_bogstav }}')
            then 'SF' || regexp_extract({{ tekst }}, '{{ med_bogstav }}', 1) || '_' || upper(right(
                regexp_extract({{ tekst }}, '{{ med_bogstav }}', 2)
                || regexp_extract({{ tekst }}, '{{ med_bogstav }}', 3)
                || regexp_extract({{ tekst }}, '{{ med_bogstav }}', 4), 1
            ))
        when regexp_matches({{ tekst }}, '{{ uden_bogstav }}')
            then 'SF' || regexp_extract({{ tekst }}, '{{ uden_bogstav }}', 1)
        else {{ vist(kolonne) }}
    end
{%- endmacro %}
