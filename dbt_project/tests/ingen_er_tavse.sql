{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'tavshed'}}}) }}

select kilde, part, cvr from {{ ref('tavshed') }}
