-- A table: pieces are compared with it, and of what Spark makes only tables come home.
{{ config(materialized='table') }}

select
    tabel,
    kolonne,
    formaal,
    hjemmel,
    cast(taerskel as integer) as taerskel
from {{ source('lake', 'formaal') }}
