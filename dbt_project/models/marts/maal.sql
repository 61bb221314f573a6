-- The measures stand in _maal.yml, as metadata of this model.
with

katalog as (
    select
        unnest(
            from_json(
                '{{ maal_som_json() }}',
                '[{
                    "maal": "varchar", "etiket": "varchar", "definition": "varchar", "enhed": "varchar",
                    "formel": "varchar", "format": "varchar", "kolonne": "varchar", "tabeller": ["varchar"]
                }]'
            ),
            max_depth := 2
        )
)

select
    maal,
    unnest(tabeller) as tabel,
    coalesce(kolonne, maal) as kolonne,
    etiket,
    definition,
    enhed,
    formel,
    format,
    translate(format, ',.', '.,') as format_dansk
from katalog
