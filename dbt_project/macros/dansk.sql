{#- What a municipality calls itself, where kommuner.csv does not say it: two do otherwise than "<navn> Kommune". -#}
{% macro officielt_navn(navn) -%}
    case
        when {{ navn }} = 'København' then 'Københavns Kommune'
        when {{ navn }} = 'Bornholm' then 'Bornholms Regionskommune'
        when ends_with(lower({{ navn }}), 'kommune') then {{ navn }}
        else {{ navn }} || ' Kommune'
    end
{%- endmacro %}

{#- 42,7 %, of a share; with a space that does not break. -#}
{% macro dansk_procent(andel) -%}
    {{ dansk_tal('floor(round(1000 * (' ~ andel ~ ')) / 10)') }}
    || ',' || cast(cast(round(1000 * ({{ andel }})) as bigint) % 10 as varchar) || ' %'
{%- endmacro %}

{#- 3,3 mio. or 240.000: an estimate with two digits, since it is not known better. -#}
{% macro dansk_cirka(tal) -%}
    case
        when {{ tal }} >= 9950000 then {{ dansk_tal('round((' ~ tal ~ ') / 1000000)') }} || ' mio.'
        when {{ tal }} >= 995000
            then
                {{ dansk_tal('floor(round((' ~ tal ~ ') / 100000) / 10)') }}
                || ',' || cast(cast(round(({{ tal }}) / 100000) as bigint) % 10 as varchar) || ' mio.'
        when {{ tal }} >= 99500 then {{ dansk_tal('10000 * round((' ~ tal ~ ') / 10000)') }}
        when {{ tal }} >= 9950 then {{ dansk_tal('1000 * round((' ~ tal ~ ') / 1000)') }}
        when {{ tal }} >= 995 then {{ dansk_tal('100 * round((' ~ tal ~ ') / 100)') }}
        else {{ dansk_tal('10 * round((' ~ tal ~ ') / 10)') }}
    end
{%- endmacro %}
