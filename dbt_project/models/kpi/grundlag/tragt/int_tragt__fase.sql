-- The life phase of a system in a municipality, by the first rule that holds; also where it is planned.
with

foerste_kald as (
    select
        myndighed_id,
        it_system_id,
        min(maaned) as maaned
    from {{ ref('fct_kald_maaned') }}
    where antal_kald > 0
    group by myndighed_id, it_system_id
),

begyndelsen as (
    select min(maaned) as maaned from {{ ref('int_indlaeste_maaneder') }}
),

brug as (
    select
        brug.*,
        cast({{ dbt.dateadd('month', -5, 'brug.maaned') }} as date) as nylig_fra,
        kald.maaned as foerste_kald,
        begyndelsen.maaned as begyndelsen
    from {{ ref('int_tragt__brug') }} as brug
    inner join {{ ref('int_tragt__beroerte') }} as beroert on brug.maaned = beroert.maaned
    cross join begyndelsen
    left join foerste_kald as kald
        on
            brug.myndighed_id = kald.myndighed_id
            and brug.it_system_id = kald.it_system_id
    where brug.bruger or brug.kun_planlagt
),

regler as (
    select
        *,
        case
            when udfaset then 'slutdato_passeret'
            when er_aktiv and ophoerer then 'slutdato_inden_12_mdr'
            when er_aktiv and aktiv_uden_start then 'uden_dato'
            when er_aktiv and aktiv_start >= nylig_fra then 'startdato_inden_6_mdr'
            when er_aktiv then 'startdato_over_6_mdr'
            -- nothing but calls makes a user of who has only planned to
            when kun_planlagt and bruger then 'kald_foer_startdato'
            when kun_planlagt then 'startdato_fremtidig'
            -- known by calls only: those of the first loaded month may have begun at any time before
            when foerste_kald = begyndelsen then 'uden_dato'
            when foerste_kald >= nylig_fra then 'foerste_kald_inden_6_mdr'
            else 'foerste_kald_over_6_mdr'
        end as fase_regel
    from brug
)

select
    maaned,
    myndighed_id,
    it_system_id,
    bruger,
    sidste_til,
    case
        when fase_regel = 'slutdato_passeret' then 'udfaset'
        when fase_regel = 'slutdato_inden_12_mdr' then 'udfasning'
        when fase_regel = 'startdato_fremtidig' then 'anskaffelse'
        when fase_regel in ('startdato_inden_6_mdr', 'kald_foer_startdato', 'foerste_kald_inden_6_mdr')
            then 'ibrugtagning'
        else 'drift'
    end as fase,
    fase_regel
from regler
