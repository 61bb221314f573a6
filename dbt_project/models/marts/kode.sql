-- The words stand in _kode.yml, as metadata of this model.
-- noqa: disable=layout.indent,layout.long_lines
-- (what a loop writes)
with

koder (tabel, kolonne, kode, ord, betydning, farve, orden) as (
    values
    {%- for liste in model.config.meta.koder %}
    {%- set sidste_liste = loop.last %}
    {%- for tabel in liste.tabeller %}
    {%- set sidste_tabel = loop.last %}
    {%- for kode, ord in liste.ord.items() %}
    ({{ tekst(tabel) }}, {{ tekst(liste.kolonne) }}, {{ tekst(kode) }}, {{ tekst(ord) }}, {{ tekst(liste.get('betydning', {}).get(kode)) }}, {{ tekst(liste.get('farve', {}).get(kode)) }}, {{ loop.index }})
    {{- ',' if not (loop.last and sidste_tabel and sidste_liste) }}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
)
-- noqa: enable=all

select
    tabel,
    kolonne,
    kode,
    upper(substr(ord, 1, 1)) || substr(ord, 2) as ord,
    betydning,
    farve,
    cast(orden as integer) as orden
from koder
