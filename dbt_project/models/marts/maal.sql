-- The measures stand in _maal.yml, as metadata of this model.
-- noqa: disable=layout.indent,layout.long_lines
-- (what a loop writes)
{%- set felter = ['maal', 'etiket', 'definition', 'enhed', 'formel', 'format', 'kolonne'] %}
with

katalog (maal, etiket, definition, enhed, formel, format, kolonne, tabel) as (
    values
    {%- for maal in model.config.meta.maal %}
    {%- set sidste_maal = loop.last %}
    {%- for tabel in maal.tabeller %}
    ({%- for felt in felter %}{{ tekst(maal.get(felt)) }}, {% endfor %}{{ tekst(tabel) }})
    {{- ',' if not (loop.last and sidste_maal) }}
    {%- endfor %}
    {%- endfor %}
)
-- noqa: enable=all

select
    maal,
    tabel,
    coalesce(kolonne, maal) as kolonne,
    etiket,
    definition,
    enhed,
    formel,
    format,
    translate(format, ',.', '.,') as format_dansk
from katalog
