-- Uses that could be talked of with a supplier: what kind of talk each asks for, and its weight in it.
with

vaegte as (
    select * from {{ ref('stg_reference__vaegte') }}
),

egne_kald as (
    select
        maaned,
        cvr,
        sum(kald_12m) as kald_12m
    from {{ ref('kald_pr_indbygger') }}
    group by maaned, cvr
),

-- reports are quarterly, pages of the newest month: steps are for those, and for what they are compared with
nyeste as (
    select max(maaned) as maaned from {{ ref('int_indlaeste_maaneder') }}
),

maaneder as (
    select distinct indlaest.maaned
    from {{ ref('int_indlaeste_maaneder') }} as indlaest
    cross join nyeste
    where
        extract(month from indlaest.maaned) % 3 = 0
        or indlaest.maaned >= {{ dbt.dateadd('month', -3, 'nyeste.maaned') }}
),

uudnyttede as (
    select
        potentiale.*,
        system.visningsnavn as vist_system,
        coalesce(vaerdi.klasse, 'B') as klasse,
        coalesce(egne_kald.kald_12m, 0) as egne_kald_12m,
        -- a figure that rests on fewer municipalities would show what one of them does
        case when potentiale.er_anonym then potentiale.forventede_kald end as forventet
    from {{ ref('potentiale') }} as potentiale
    inner join maaneder on potentiale.maaned = maaneder.maaned
    inner join {{ ref('dim_it_system') }} as system
        on
            potentiale.it_system = system.navn
            and potentiale.it_system_uuid is not distinct from system.uuid
    left join {{ ref('vaerdi') }} as vaerdi on potentiale.snitflade = vaerdi.snitflade
    left join egne_kald
        on
            potentiale.maaned = egne_kald.maaned
            and potentiale.cvr = egne_kald.cvr
    where potentiale.tilstand in ('andre_i_gang', 'klarmeldt_ubrugt', 'ikke_klar')
),

slags as (
    select
        uudnyttede.*,
        case
            when
                uudnyttede.tilstand = 'andre_i_gang'
                and uudnyttede.aktive >= greatest(aabn.mindst, {{ mindst_kommuner() }})
                then 'aabn'
            when uudnyttede.tilstand = 'klarmeldt_ubrugt' then 'bevis'
            when
                uudnyttede.tilstand = 'ikke_klar'
                and uudnyttede.klasse = 'A'
                and uudnyttede.anvendere >= kraev.mindst
                then 'kraev'
        end as slags,
        coalesce(
            uudnyttede.forventet
            >= greatest(graense.skala, aabn.afstand / 1000 * uudnyttede.egne_kald_12m), false
        ) as er_stor_nok,
        klasse.vaegt / 100 * klar.vaegt / 100
        * uudnyttede.aktive / cast(uudnyttede.anvendere as double)
        * least(1, uudnyttede.forventet / nullif(aabn.skala / 1000 * uudnyttede.egne_kald_12m, 0)) as udbytte
    from uudnyttede
    inner join vaegte as aabn on aabn.emne = 'skridt' and aabn.kode = 'aabn'
    inner join vaegte as kraev on kraev.emne = 'skridt' and kraev.kode = 'kraev'
    inner join vaegte as graense on graense.emne = 'skridt' and graense.kode = 'graense'
    inner join vaegte as klasse on klasse.emne = 'klasse' and uudnyttede.klasse = klasse.kode
    inner join vaegte as klar
        on
            klar.emne = 'klarmelding'
            and coalesce(uudnyttede.klarmelding, 'ikke oplyst') = klar.kode
)

select
    maaned,
    cvr,
    it_system_uuid,
    it_system,
    vist_system,
    leverandoer,
    snitflade,
    snitflade_navn,
    klarmelding,
    tilstand,
    aktive,
    anvendere,
    forventet,
    klasse,
    slags,
    er_stor_nok,
    case when slags = 'aabn' and er_stor_nok then coalesce(udbytte, 0) else 0 end as udbytte
from slags
where slags is not null
