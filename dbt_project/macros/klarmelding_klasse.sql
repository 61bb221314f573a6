{#-
  What a status amounts to in the funnel. "aldrig" is what no demand can change: who disagrees or regrets is still bound
  by SKI. A No without a reason is no exit.
-#}
{% macro klarmelding_klasse(klarmelding, aarsag) -%}
    case
        when {{ klarmelding }} in ('Klarmeldt', 'Delvis', 'Ensidig') then 'klarmeldt'
        when {{ klarmelding }} = 'Tilmeldt' then 'tilmeldt'
        when {{ klarmelding }} in ('Irrelevant', 'Administrativt fjernet') then 'aldrig'
        when {{ klarmelding }} = 'Nej' and {{ aarsag }} in ('produkt_udgaaet', 'urentabel') then 'aldrig'
        when {{ klarmelding }} = 'Nej' and {{ aarsag }} is not null then 'ikke_endnu'
        else 'ingen'
    end
{%- endmacro %}
