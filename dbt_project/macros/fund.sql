{#- The sentence of a finding's row. Rounding comes first, so that the words claim no difference that the figures hide. -#}
{% macro fundets_saetning(f) -%}
    case {{ f }}.slags
        when 'til'
            then case
                when {{ f }}.grundlag >= 10 then {{ dansk_procent(f ~ '.vaerdi') }} || ' af de krævede snitflader'
                else {{ ud_af(f) }} || ' krævede snitflader'
            end || ' er klarmeldt. ' || {{ plads_i_ord(f) }}
        when 'udb'
            then {{ ud_af(f) }} || ' målbare anvendelser er i brug. '
                || {{ plads_i_ord(f) }}
        when 'fald'
            then 'Brugen er faldet ' || {{ dansk_tal('100 - round(100 * ' ~ f ~ '.vaerdi)') }} || ' % på et år; midten er '
                || case
                    when round(100 * {{ f }}.midte) > 100
                        then 'steget ' || {{ dansk_tal('round(100 * ' ~ f ~ '.midte) - 100') }} || ' %'
                    when round(100 * {{ f }}.midte) < 100
                        then 'faldet ' || {{ dansk_tal('100 - round(100 * ' ~ f ~ '.midte)') }} || ' %'
                    else 'uændret'
                end || '.'
        when 'kle'
            then {{ ud_af(f) }} || ' almindelige sagsemner mangler i det fælles sagsindeks. '
                || {{ plads_i_ord(f) }}
        when 'gaeld'
            then {{ dansk_tal(f ~ '.taeller') }} || ' krævede anvendelser kunne have været i brug i '
                || {{ dansk_tal('round(' ~ f ~ '.vaerdi)') }} || ' måneder i gennemsnit.'
        when 'sapa'
            then {{ ud_af(f) }} || ' enheder har ikke brugt SAPA i mindst tre måneder.'
        when 'hul'
            then {{ dansk_tal(f ~ '.taeller') }} || ' anvendelser mangler, som mindst halvdelen af kommunerne med samme system har.'
        when 'tvivl'
            then {{ ud_af(f) }} || ' målbare anvendelser er klarmeldt, men ubrugte i alle kommuner.'
        when 'frem'
            then {{ ud_af(f) }} || case {{ f }}.maal
                when 'tilslutningsgrad' then ' krævede snitflader er klarmeldt'
                when 'daekningsgrad' then ' almindelige sagsemner ligger i det fælles sagsindeks'
                else ' målbare anvendelser er i brug'
            end || '. ' || {{ plads_i_ord(f) }}
        when 'brug' then 'Der kaldes meget pr. indbygger. ' || {{ plads_i_ord(f) }}
        when 'drift'
            then {{ dansk_tal(f ~ '.taeller') }} || case when {{ f }}.taeller = 1 then ' afvigelse' else ' afvigelser' end
                || ' bør ses af den driftsansvarlige.'
        else case
            when {{ f }}.grundlag = 0 then 'Vi har ingen data om mulige anvendelser.'
            when {{ f }}.taeller = {{ f }}.grundlag
                then 'Alle ' || {{ dansk_tal(f ~ '.grundlag') }} || ' målbare anvendelser er i brug.'
            when {{ f }}.vaerdi = 0
                then {{ ud_af(f) }} || ' målbare anvendelser er i brug.'
            else {{ ud_af(f) }} || ' målbare anvendelser er i brug. Yderligere '
                || {{ dansk_tal(f ~ '.vaerdi') }} || ' er i gang i andre kommuner.'
        end
    end
{%- endmacro %}

{% macro plads_i_ord(f) -%}
    case
        when {{ f }}.er_sidst and {{ f }}.paa_pladsen > 1 then 'Delt sidsteplads blandt de ' || {{ f }}.blandt || '.'
        when {{ f }}.er_sidst then 'Det er det laveste af de ' || {{ f }}.blandt || '.'
        when {{ f }}.plads = 1 and {{ f }}.paa_pladsen > 1 then 'Delt førsteplads blandt de ' || {{ f }}.blandt || '.'
        when {{ f }}.plads = 1 then 'Det er det højeste af de ' || {{ f }}.blandt || '.'
        else 'Kommunen er nummer ' || {{ f }}.plads || ' af ' || {{ f }}.blandt || '.'
    end
{%- endmacro %}

{% macro ud_af(f) -%}
    {{ dansk_tal(f ~ '.taeller') }} || ' af ' || {{ dansk_tal(f ~ '.grundlag') }}
{%- endmacro %}
