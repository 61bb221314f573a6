"""Attempts to get at rows by asking: conditions that tell, errors, functions of one's own."""

from .attacks import Attack, a

ON_ROWS: list[Attack] = [
    # --- asking ---
    a("Slå en navngiven kommunes rækker op", "tomt", "select * from kpi.kald_pr_indbygger where cvr = '{cvr}'"),
    a("Det samme i timefakta", "tomt", "select * from marts.fct_kald_time where myndighed_id = {id} limit 5"),
    a("Det samme i dagfakta", "tomt", "select * from marts.fct_kald_dag where myndighed_id = {id} limit 5"),
    a(
        "Join fra den åbne myndighedsdimension på navn",
        "tomt",
        "select f.* from marts.dim_myndighed d join marts.fct_kald_maaned f using (myndighed_id)"
        " where d.navn = '{navn}'",
    ),
    a(
        "Findes der en række? (exists)",
        "tomt",
        "select 1 where exists (select from kpi.sapa where cvr = '{cvr}')",
    ),
    a(
        "Find huller ved outer join fra myndigheder",
        "tomt",
        "select f.antal_kald from marts.dim_myndighed d left join marts.fct_kald_maaned f using (myndighed_id)"
        " where d.cvr = '{cvr}'",
    ),
    a(
        "Vinduesfunktion over alle rækker, derefter filter",
        "tomt",
        "select * from (select cvr, count(*) over (), sum(kald) over () from kpi.kald_pr_indbygger) x"
        " where cvr = '{cvr}'",
    ),
    a(
        "Gruppering med rollup og total",
        "tomt",
        "select cvr, sum(kald_12m) from kpi.potentiale group by rollup (cvr) having cvr = '{cvr}'",
    ),
    a(
        "Gæt med lateral join fra en liste af CVR-numre",
        "tomt",
        "select x.* from (values ('{cvr}')) v (c), "
        " lateral (select * from kpi.tilslutning_kommune k where k.cvr = v.c) x",
    ),
    a("Serviceaftaler og dermed systemer", "tomt", "select * from kpi.serviceaftale_status where cvr = '{cvr}'"),
    a("Organisationsenheder i SAPA", "tomt", "select * from marts.fct_sapa_opslag where myndighed_id = {id}"),
    a("KLE-sager, også dem over tærsklen", "tomt", "select * from marts.fct_kle_sager where myndighed_id = {id}"),
    a("Driftsforstyrrelser hos andre", "tomt", "select * from kpi.driftsforstyrrelse where cvr = '{cvr}'"),
    a("Afvigelser hos andre", "tomt", "select * from kpi.afvigelser where kommune = '{navn}'"),
    a("Registrenes uafklarede systemnavne", "tomt", "select * from marts.it_system_uafklaret"),
    a(
        "Tal, der kun bygger på få kommuner: andres median",
        "tomt",
        "select forventede_kald from kpi.udbredelse_huller where not er_anonym",
    ),
    a(
        "Det samme gennem en betingelse",
        "tomt",
        "select maaned, it_system from kpi.potentiale where not er_anonym and forventede_kald >= 0",
    ),
    a(
        "Kald i alt, hvor én myndighed er næsten det hele",
        "tomt",
        "select kald_12m from kpi.service_konsekvens where not er_anonym",
    ),
    a("Rækker, der ligner et CVR-nummer", "tomt", "select * from kpi.sapa where cvr like left('{cvr}', 7) || '%'"),
    a("Regulært udtryk på kommunens navn", "tomt", "select * from kpi.afvigelser where kommune ~ '^{navn}$'"),
    a("Tæl andres huller", "tomt", "select kle_nummer from kpi.kle_huller where cvr = '{cvr}'"),
    a("Andres dækning pr. hovedgruppe", "tomt", "select * from kpi.kle_daekning where cvr = '{cvr}'"),
    a("Andres udbredelse", "tomt", "select * from kpi.udbredelse_huller where kommune = '{navn}'"),
    a("Andres aftalers brug", "tomt", "select * from kpi.serviceaftale_brug where cvr = '{cvr}'"),
    a("Andres aftaler i stjernen", "tomt", "select * from marts.dim_serviceaftale where myndighed_id = {id}"),
    a("Andres systemer", "tomt", "select * from marts.fct_systemanvendelse where myndighed_id = {id}"),
    a("Andres potentiale i alt", "tomt", "select * from kpi.potentiale_kommune where cvr = '{cvr}'"),
    a("Summer uden ejer (landsdel, region, land)", "tomt", "select * from kpi.kle_sager where cvr is null"),
    a("Timers kald i alt, KOMBITs tabel", "tomt", "select * from kpi.timeprofil"),
    a("Hvem der er faldet ud, KOMBITs tabel", "tomt", "select * from kpi.tavshed"),
    a(
        "Semijoin: kommuner, der har rækker",
        "tomt",
        "select navn from marts.dim_myndighed m where cvr = '{cvr}'"
        " and exists (select from kpi.kle_huller k where k.cvr = m.cvr)",
    ),
    a(
        "Antijoin: kommuner, der ingen rækker har",
        "ens",
        "select count(*) from marts.dim_myndighed m where cvr = '{cvr}'"
        " and not exists (select from kpi.kle_huller k where k.cvr = m.cvr)",
    ),
    a(
        "Union med en tabel, der har rækken",
        "tomt",
        "select kald from (select cvr, kald from kpi.kald_pr_indbygger union all select '{cvr}', null) x"
        " where cvr = '{cvr}' and kald is not null",
    ),
    a(
        "Rekursiv forespørgsel fra den andens nøgle",
        "tomt",
        "with recursive r as (select cvr, 1 as n from kpi.sapa where cvr = '{cvr}'"
        " union all select cvr, n + 1 from r where n < 3) select * from r",
    ),
    a(
        "Korreleret underforespørgsel",
        "tomt",
        "select (select sum(kald) from kpi.kald_pr_indbygger k where k.cvr = v.c) from (values ('{cvr}')) v (c)",
    ),
    a("Række som helhed", "tomt", "select k::text from kpi.kle_huller k where cvr = '{cvr}'"),
    a("Hele rækken som JSON", "tomt", "select to_jsonb(k) from kpi.kle_huller k where cvr = '{cvr}'"),
    a(
        "Tilfældigt udvalg over alle rækker",
        "tomt",
        "select * from (select cvr from kpi.kle_huller order by random() limit 100000) x where cvr = '{cvr}'",
    ),
    a("Distinkte kommuner", "tomt", "select distinct cvr from kpi.kle_sager where cvr = '{cvr}'"),
    a(
        "Skjult median gennem sortering",
        "tomt",
        "select 1 from kpi.kald_pr_indbygger where not er_anonym and xyz_median > 0",
    ),
    a(
        "Skjult sum gennem et gennemsnit",
        "tomt",
        "select avg(kald_12m) from kpi.klarmelding_reel where not er_anonym",
    ),
    a(
        "Skjult sum gennem en rang",
        "tomt",
        "select kald_12m from (select kald_12m, er_anonym, rank() over (order by kald_12m)"
        " from kpi.service_konsekvens) x where not er_anonym",
    ),
    # --- conditions that tell ---
    a(
        "Fejl fra en cast i where røber værdien",
        "tomt",
        "select 1 from kpi.sapa where cvr = '{cvr}' and org_enhed::int = 1",
    ),
    a(
        "Division med nul på den andens rækker",
        "tomt",
        "select 1 from kpi.potentiale where 1 / (case when cvr = '{cvr}' then 0 else 1 end) = 0",
    ),
    a(
        "Egen funktion med lav pris, der skriver, hvad den får at se",
        "ens",
        "create function angreb.laek(t text) returns boolean language plpgsql cost 0.0000001 as"
        " $$ begin if t is distinct from '{egen}' and t <> '{ven}' then raise notice 'saa %', t; end if;"
        " return true; end $$",
        "select count(*) from kpi.potentiale where angreb.laek(cvr)",
    ),
    a(
        "Egen operator med samme funktion",
        "ens",
        "create function angreb.laek2(t text, u text) returns boolean language plpgsql cost 0.0000001 as"
        " $$ begin if t is distinct from '{egen}' and t <> '{ven}' then raise notice 'saa %', t; end if;"
        " return true; end $$",
        "create operator angreb.~~~ (leftarg = text, rightarg = text, function = angreb.laek2)",
        "select count(*) from kpi.sapa where cvr operator(angreb.~~~) 'x'",
    ),
    a(
        "Funktion erklæret leakproof",
        "afvist",
        "create function angreb.taet(t text) returns boolean language sql leakproof as 'select true'",
    ),
    a(
        "Egen funktion med ejerens rettigheder",
        "tomt",
        "create function angreb.alt() returns setof kpi.sapa language sql security definer as"
        " 'select * from kpi.sapa where cvr = ''{cvr}'''",
        "select * from angreb.alt()",
    ),
    a(
        "Egen view uden barriere oven på den udgivne",
        "tomt",
        "create view angreb.v as select * from kpi.kald_pr_indbygger",
        "select * from angreb.v where cvr = '{cvr}'",
    ),
    a(
        "Egen operator = først i search_path",
        "tomt",
        "create function angreb.sand(text, text) returns boolean language sql immutable as 'select true'",
        "create operator angreb.= (leftarg = text, rightarg = text, function = angreb.sand)",
        "set search_path = angreb, pg_catalog",
        "select 1 from kpi.kald_pr_indbygger where cvr operator(pg_catalog.=) '{cvr}'",
    ),
    a(
        "Tidsmåling: vent, hvis rækken findes, med timeout",
        "tomt",
        "set statement_timeout = '2s'",
        "select 1 from kpi.potentiale where case when cvr = '{cvr}' then pg_sleep(30) is null else false end",
    ),
    a(
        "Undtagelse fanget i en DO-blok",
        "ens",
        "do $$ declare n int; begin select org_enhed::int into n from kpi.sapa where cvr = '{cvr}';"
        " raise notice 'n=%', n; exception when others then raise notice '%', sqlerrm; end $$",
    ),
    a(
        "Fejl fra et regulært udtryk",
        "tomt",
        "select 1 from kpi.afvigelser where cvr = '{cvr}' and kommune ~ repeat('(', dage)",
    ),
    a(
        "Fejl fra et tal, der løber over",
        "tomt",
        "select sum(kald * 9223372036854775807) from kpi.kald_pr_indbygger where cvr = '{cvr}'",
    ),
    a(
        "Fejl fra en underforespørgsel med to rækker",
        "tomt",
        "select (select kald from kpi.kald_pr_indbygger where cvr = '{cvr}')",
    ),
    a("Fejl fra en dato", "tomt", "select to_date(kommune, 'YYYY') from kpi.kle_huller where cvr = '{cvr}'"),
    a("Fejl fra XML", "tomt", "select xmlparse(document kommune) from kpi.kle_huller where cvr = '{cvr}'"),
    a(
        "Fejl fra en tom JSON-nøgle",
        "tomt",
        "select json_object_agg(null::text, kald) from kpi.kald_pr_indbygger where cvr = '{cvr}'",
    ),
    a(
        "Fejl fra et tal i en streng",
        "tomt",
        "select (kommune || 'x')::numeric from kpi.kald_pr_indbygger where cvr = '{cvr}'",
    ),
    a(
        "Eget domæne, hvis regel fejler på værdien",
        "tomt",
        "create domain angreb.d as text check (value <> '{cvr}')",
        "select cvr::angreb.d from kpi.kle_huller where cvr = '{cvr}'",
    ),
    a(
        "Egen opregningstype i en cast",
        "tomt",
        "create type angreb.e as enum ('x')",
        "select cvr::angreb.e from kpi.kle_huller where cvr = '{cvr}'",
    ),
    a(
        "Eget aggregat, der skriver, hvad det får at se",
        "ens",
        "create function angreb.se(t text, u text) returns text language plpgsql as"
        " $$ begin if u is distinct from '{egen}' and u <> '{ven}' then raise notice 'saa %', u; end if;"
        " return u; end $$",
        "create aggregate angreb.spion (text) (sfunc = angreb.se, stype = text)",
        "select count(x.set) from (select angreb.spion(cvr) as set from kpi.kle_huller group by udtraeksdato) x",
    ),
    a(
        "Egen vinduesfunktion over alle rækker",
        "ens",
        "create function angreb.se(t text, u text) returns text language plpgsql as"
        " $$ begin if u is distinct from '{egen}' and u <> '{ven}' then raise notice 'saa %', u; end if;"
        " return u; end $$",
        "create aggregate angreb.spion (text) (sfunc = angreb.se, stype = text)",
        "select count(*) from (select angreb.spion(cvr) over (order by kommune) from kpi.kle_huller) x",
    ),
    a(
        "Egen regel på en egen view",
        "tomt",
        "create view angreb.v as select * from kpi.sapa",
        "create rule r as on insert to angreb.v do instead select * from kpi.sapa",
        "select * from angreb.v where cvr = '{cvr}'",
    ),
    a(
        "Egen view med kalderens rettigheder",
        "tomt",
        "create view angreb.v with (security_invoker = true) as select * from kpi.kle_huller",
        "select * from angreb.v where cvr = '{cvr}'",
    ),
    a(
        "Egen materialiseret view med ejerens rettigheder",
        "tomt",
        "create materialized view angreb.mv as select * from kpi.kle_huller",
        "select * from angreb.mv where cvr = '{cvr}'",
    ),
    a(
        "Egen operatorklasse i en sortering",
        "ens",
        "create function angreb.lt(text, text) returns boolean language plpgsql as"
        " $$ begin raise notice 'saa %', case when '{cvr}' in ($1, $2) then 'den anden' end; return $1 < $2; end $$",
        "create operator angreb.<<< (leftarg = text, rightarg = text, function = angreb.lt)",
        "select count(*) from kpi.kle_huller where cvr operator(angreb.<<<) 'x'",
    ),
    # --- other ways to rows ---
    a("COPY af en forespørgsel", "tomt", "copy (select * from kpi.kald_pr_indbygger where cvr = '{cvr}') to stdout"),
    a("COPY af selve viewet", "afvist", "copy kpi.kald_pr_indbygger to stdout"),
    a("COPY til et program på serveren", "afvist", "copy (select 1) to program 'cat'"),
    a("TABLESAMPLE forbi filteret", "afvist", "select * from kpi.sapa tablesample system (100)"),
    a("Fysisk plads (ctid)", "afvist", "select ctid from kpi.sapa"),
    a(
        "Forberedt sætning med parameter",
        "tomt",
        "set plan_cache_mode = force_generic_plan",
        "prepare p (text) as select * from kpi.kald_pr_indbygger where cvr = $1",
        "execute p ('{cvr}')",
    ),
    a(
        "Cursor, der holdes over transaktioner",
        "tomt",
        "declare c cursor with hold for select * from kpi.kald_pr_indbygger where cvr = '{cvr}'",
        "fetch all from c",
    ),
    a(
        "XML-udtræk af en tabel i lageret",
        "afvist",
        "select query_to_xml('select * from kdi_lager.del', true, true, '')",
    ),
    a("Tabellerne bag viewene", "afvist", "select * from kdi_lager.del"),
    a("Aftalerne mellem kommunerne", "afvist", "select * from kdi_adgang.aftale"),
    a("Skriv en aftale, der giver adgang", "afvist", "insert into kdi_adgang.aftale values ('{cvr}', '{egen}')"),
    a("Kald adgangsfunktionen direkte", "afvist", "select kdi_adgang.synlige_cvr()"),
    a(
        "Erstat adgangsfunktionen",
        "afvist",
        "create or replace function kdi_adgang.ser_alt() returns boolean language sql as 'select true'",
    ),
    a("Sekvenser", "afvist", "select last_value from kdi_adgang.publicering_nummer_seq"),
    a("Lås en tabel for de andre", "afvist", "lock table kpi.sapa in access exclusive mode"),
    a(
        "COPY i binær form",
        "tomt",
        "copy (select kald from kpi.kald_pr_indbygger where cvr = '{cvr}') to stdout (format csv)",
    ),
    a("Skema som XML", "afvist", "select length(schema_to_xml('kdi_lager', true, true, '')::text)"),
    a(
        "Forespørgsel som XML",
        "ens",
        "select query_to_xml('select kald from kpi.kald_pr_indbygger where cvr = ''{cvr}''', true, true, '')::text",
    ),
    a("Skjulte kolonner i et view", "afvist", "select xmin, cmax, tableoid from kpi.kle_huller"),
    a("Lås rækker", "afvist", "select * from kpi.kle_huller where cvr = '{cvr}' for update"),
    a("Lås uden at vente", "afvist", "lock table kpi.kle_huller in share mode nowait"),
    a(
        "Cursor, der løber baglæns",
        "tomt",
        "begin",
        "declare c scroll cursor for select kald from kpi.kald_pr_indbygger where cvr = '{cvr}'",
        "fetch last from c",
    ),
    a(
        "Cursor i serialiserbar transaktion",
        "tomt",
        "begin isolation level serializable",
        "select kald from kpi.kald_pr_indbygger where cvr = '{cvr}'",
    ),
    a(
        "Gentagen læsning i samme transaktion",
        "tomt",
        "begin isolation level repeatable read",
        "select 1",
        "select kald from kpi.kald_pr_indbygger where cvr = '{cvr}'",
    ),
    a("To-faset transaktion", "afvist", "begin", "select 1", "prepare transaction 'x'"),
    a(
        "DO-blok med dynamisk SQL",
        "ens",
        "do $$ declare n bigint; begin execute 'select count(*) from kpi.kle_huller where cvr = ''{cvr}''' into n;"
        " raise notice 'n=%', n; end $$",
    ),
    a(
        "Udløser på en udgivet tabel",
        "afvist",
        "create function angreb.t() returns trigger language plpgsql as 'begin return new; end'",
        "create trigger t instead of insert on kpi.sapa for each row execute function angreb.t()",
    ),
    a("Regel på en udgivet tabel", "afvist", "create rule r as on select to kpi.sapa do instead select 1"),
    a("Udvidet statistik på lageret", "afvist", "create statistics angreb.s (mcv) on cvr, kald from kdi_lager.del"),
    a("Kommentar på en udgivet tabel", "afvist", "comment on view kpi.sapa is 'x'"),
    a("Viewets tekst", "ens", "select length(pg_get_viewdef('kpi.kle_huller'::regclass)) > 0"),
    a("Vacuum af en udgivet tabel", "ens", "vacuum kpi.sapa"),
    a("Ny version af et view", "afvist", "create or replace view kpi.sapa as select 1 as cvr"),
]
