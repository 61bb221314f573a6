select maaned from {{ source('plan', 'beroerte_kpi_maaneder') }}
