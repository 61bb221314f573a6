{#- The words of a step, from the columns of int_skridt__systemer. -#}
{% macro skridtets_titel() -%}
    case slags
        when 'aabn' then 'Få ' || navne || case when antal > 2 then ' med flere' else '' end || ' åbnet i ' || vist_system
        when 'kraev' then 'Stil krav sammen om ' || navne || case when antal > 2 then ' med flere' else '' end || ' i ' || vist_system
        else 'Bed ' || {{ leverandoer_i_ord() }} || ' vise, at ' || vist_system || ' er klar'
    end
{%- endmacro %}

{% macro skridtets_begrundelse() -%}
    case slags
        when 'aabn' then andres_brug || '.'
        when 'kraev'
            then 'Ingen af de ' || anvendere || ' kommuner med systemet bruger '
                || case when antal = 1 then 'snitfladen' else 'snitfladerne' end
                || ' endnu. Leverandøren har meldt: ' || klarmelding || '.'
        else antal || ' snitflader er klarmeldt, men ingen af de ' || anvendere || ' kommuner med systemet bruger dem: '
            || navne || case when antal > 2 then ' med flere' else '' end || '.'
    end
{%- endmacro %}

{% macro skridtets_tegn() -%}
    case
        when slags = 'aabn' and forventede_kald is not null
            then 'ca. ' || {{ dansk_cirka('forventede_kald') }} || ' kald om året, hvis I bruger '
                || case when antal = 1 then 'den' else 'dem' end || ' som de andre'
        when slags = 'aabn' then 'kan ikke beregnes endnu'
        else 'kan ikke beregnes, før nogen er i gang'
    end
{%- endmacro %}

{#- A role, never a person. -#}
{% macro skridtets_hvem(skridt) -%}
    case {{ skridt }}.slags
        when 'aabn' then 'systemejeren spørger ' || {{ leverandoer_i_ord(skridt ~ '.leverandoer') }}
        when 'kraev' then 'it-ledelsen, med KOMBIT og de andre kommuner'
        when 'bevis' then 'systemejeren, gerne sammen med de andre kommuner'
        when 'kle' then 'den KLE-ansvarlige og fagcheferne; find først det system, sagerne ligger i'
        else 'den SAPA-ansvarlige og enhedernes ledere'
    end
{%- endmacro %}

{% macro leverandoer_i_ord(leverandoer='leverandoer') -%}
    case when coalesce({{ leverandoer }}, 'Ukendt') = 'Ukendt' then 'leverandøren' else {{ leverandoer }} end
{%- endmacro %}

{% macro klarmelding_i_ord(klarmelding) -%}
    coalesce(case {{ klarmelding }}
        when 'Klarmeldt' then 'klarmeldt'
        when 'Delvis' then 'delvist klarmeldt'
        when 'Ensidig' then 'ensidigt klarmeldt'
        when 'Tilmeldt' then 'tilmeldt et forløb'
        when 'Nej' then 'ikke klarmeldt'
        when 'Irrelevant' then 'meldt irrelevant'
        when 'Administrativt fjernet' then 'administrativt fjernet'
    end, 'ikke oplyst')
{%- endmacro %}
