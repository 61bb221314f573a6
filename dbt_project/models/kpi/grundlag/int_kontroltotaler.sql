with

dagssum as (
    select
        'fil_til_time' as led,
        kald.dato_id,
        sum(kald.antal_kald) as kald
    from {{ ref('fct_kald_time') }} as kald
    inner join {{ source('plan', 'beroerte_dage') }} as beroert on kald.dato_id = beroert.dato_id
    group by kald.dato_id

    union all

    select
        'fil_til_dag' as led,
        kald.dato_id,
        sum(kald.antal_kald) as kald
    from {{ ref('fct_kald_dag') }} as kald
    inner join {{ source('plan', 'beroerte_dage') }} as beroert on kald.dato_id = beroert.dato_id
    group by kald.dato_id
),

fil_til_dag as (
    select
        leddene.led,
        log.periode,
        log.sum_indlaest as forventet,
        coalesce(dagssum.kald, 0) as fundet
    from {{ ref('stg_lake__leverancer') }} as log
    inner join {{ source('plan', 'beroerte_perioder') }} as beroert
        on log.kilde = beroert.kilde and log.periode = beroert.periode
    cross join (values ('fil_til_time'), ('fil_til_dag')) as leddene (led)
    left join dagssum
        on
            leddene.led = dagssum.led
            and dagssum.dato_id = cast(strftime(log.periode_til, '%Y%m%d') as integer)
    where log.er_aktiv and log.kilde = 'stoettesystemerne'
),

kald_maaned as (
    select
        fakta.maaned,
        service.platform,
        sum(fakta.antal_kald) as kald,
        coalesce(sum(fakta.antal_kald) filter (where myndighed.type = 'kommune'), 0) as kommunale_kald
    from {{ ref('fct_kald_maaned') }} as fakta
    inner join {{ ref('dim_service') }} as service on fakta.service_id = service.service_id
    inner join {{ ref('dim_myndighed') }} as myndighed on fakta.myndighed_id = myndighed.myndighed_id
    group by fakta.maaned, service.platform
),

-- a day's sum for days that are not touched stands in the log too
fil_til_maaned as (
    select
        'fil_til_maaned' as led,
        log.kilde || ' ' || strftime(beroert.maaned, '%Y-%m') as periode,
        sum(log.sum_indlaest) as forventet,
        coalesce(max(kald_maaned.kald), 0) as fundet
    from {{ ref('stg_lake__leverancer') }} as log
    inner join {{ source('plan', 'beroerte_maaneder') }} as beroert
        on beroert.maaned = {{ dbt.date_trunc('month', 'log.periode_til') }}
    left join kald_maaned
        on beroert.maaned = kald_maaned.maaned and log.kilde = kald_maaned.platform
    where log.er_aktiv and log.kilde in ('stoettesystemerne', 'serviceplatformen')
    group by log.kilde, beroert.maaned
),

maaned_til_kpi as (
    select
        'maaned_til_kpi' as led,
        kald_maaned.platform || ' ' || strftime(kald_maaned.maaned, '%Y-%m') as periode,
        kald_maaned.kommunale_kald as forventet,
        coalesce(sum(kpi.kald), 0) as fundet
    from kald_maaned
    inner join {{ ref('int_kpi__maaneder') }} as beroert on kald_maaned.maaned = beroert.maaned
    left join {{ ref('kald_pr_indbygger') }} as kpi
        on kald_maaned.maaned = kpi.maaned and kald_maaned.platform = kpi.platform
    group by kald_maaned.platform, kald_maaned.maaned, kald_maaned.kommunale_kald
),

maaned_til_danmark as (
    select
        'maaned_til_danmark' as led,
        strftime(kald_maaned.maaned, '%Y-%m') as periode,
        sum(kald_maaned.kommunale_kald) as forventet,
        max(kpi.kald) as fundet
    from kald_maaned
    left join {{ ref('kald_pr_borger_danmark') }} as kpi on kald_maaned.maaned = kpi.maaned
    group by kald_maaned.maaned
),

fil_til_kle as (
    select
        'fil_til_kle' as led,
        log.periode,
        max(log.raekker_indlaest) as forventet,
        count(kle.kle_nummer) as fundet
    from {{ ref('stg_lake__leverancer') }} as log
    inner join {{ source('plan', 'beroerte_perioder') }} as beroert
        on log.kilde = beroert.kilde and log.periode = beroert.periode
    left join {{ ref('stg_kle__sager') }} as kle on log.periode_til = kle.udtraeksdato
    where log.er_aktiv and log.kilde = 'kle'
    group by log.periode
),

fil_til_sapa as (
    select
        'fil_til_sapa' as led,
        log.periode,
        max(log.sum_indlaest) as forventet,
        coalesce(sum(sapa.antal_opslag), 0) as fundet
    from {{ ref('stg_lake__leverancer') }} as log
    inner join {{ source('plan', 'beroerte_perioder') }} as beroert
        on log.kilde = beroert.kilde and log.periode = beroert.periode
    left join {{ ref('fct_sapa_opslag') }} as sapa
        on {{ dbt.date_trunc('month', 'log.periode_til') }} = sapa.maaned
    where log.er_aktiv and log.kilde = 'sapa'
    group by log.periode
),

-- registers are read whole by every build
fil_til_register as (
    select
        'fil_til_register' as led,
        log.kilde || ' ' || log.periode as periode,
        max(log.raekker_indlaest) as forventet,
        count(brug.it_system_id) as fundet
    from {{ ref('stg_lake__leverancer') }} as log
    left join {{ ref('fct_systemanvendelse') }} as brug
        on log.kilde = brug.register and log.periode_til = brug.statusdato
    where log.er_aktiv and log.kilde in ('systemanvendelse', 'kitos')
    group by log.kilde, log.periode
),

potentiale_kommune_til_k98 as (
    select
        'potentiale_kommune_til_k98' as led,
        strftime(beroert.maaned, '%Y-%m') as periode,
        max(k98.realiseret + k98.udbredelse + k98.tilslutning + k98.kan_ikke_maales) as forventet,
        count(potentiale.status) as fundet
    from {{ ref('int_kpi__maaneder') }} as beroert
    inner join {{ ref('potentiale_k98') }} as k98 on beroert.maaned = k98.maaned
    left join {{ ref('potentiale') }} as potentiale on beroert.maaned = potentiale.maaned
    group by beroert.maaned
),

samlet as (
    select * from fil_til_sapa
    union all
    select * from fil_til_register
    union all
    select * from potentiale_kommune_til_k98
    union all
    select * from fil_til_dag
    union all
    select * from fil_til_maaned
    union all
    select * from maaned_til_kpi
    union all
    select * from maaned_til_danmark
    union all
    select * from fil_til_kle
)

select
    led || ' ' || periode as kontroltotal,
    led,
    periode,
    cast(forventet as bigint) as forventet,
    cast(fundet as bigint) as fundet,
    cast(fundet - forventet as bigint) as forskel
from samlet
