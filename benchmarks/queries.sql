-- Ten queries of the kind Power BI sends: imports of small tables, and aggregates behind visuals. DuckDB and PostgreSQL
-- understand them alike.
-- name: kort_kald_pr_borger
select maaned, kald_pr_borger, kald_pr_borger_12m from kpi.kald_pr_borger_danmark order by maaned desc limit 12;
-- name: benchmark_pr_kommune
select kommune, xyz_klasse, sum(kald) as kald, sum(kald_pr_indbygger) as pr_indbygger
from kpi.kald_pr_indbygger where maaned = (select max(maaned) from kpi.kald_pr_indbygger) group by 1, 2 order by 4 desc;
-- name: trend_for_en_kommune
select maaned, dataomraade, kald_pr_indbygger, xyz_median from kpi.kald_pr_indbygger
where kommune = 'Aalborg' and platform = 'serviceplatformen' order by maaned, dataomraade;
-- name: matrix_system_gange_kommune
select s.navn as it_system, m.navn as kommune, sum(f.antal_kald) as kald from marts.fct_kald_maaned as f
inner join marts.dim_it_system as s using (it_system_id) inner join marts.dim_myndighed as m using (myndighed_id)
where f.maaned >= date '2022-03-01' and m.type = 'kommune' group by 1, 2;
-- name: huller_i_en_service
select it_system, kommune, forventede_kald from kpi.udbredelse_huller
where maaned = (select max(maaned) from kpi.udbredelse_huller) and service = 'PersonBaseDataExtendedService'
order by forventede_kald desc;
-- name: mindst_udbredte
select it_system, service, version, aktive, anvendere, udbredelsesgrad from kpi.udbredelse
where maaned = (select max(maaned) from kpi.udbredelse) order by udbredelsesgrad limit 50;
-- name: doegnprofil_for_en_maaned
select time_id, sum(antal_kald) as kald from marts.fct_kald_time where dato_id between 20220401 and 20220430 group by 1;
-- name: kald_pr_dag_for_en_kommune
select d.dato, sum(f.antal_kald) as kald from marts.fct_kald_dag as f inner join marts.dim_dato as d using (dato_id)
inner join marts.dim_myndighed as m using (myndighed_id)
where m.navn = 'Aalborg' and d.dato between date '2022-10-01' and date '2022-12-31' group by 1;
-- name: udvikling_pr_snitflade
select f.maaned, s.snitflade, sum(f.antal_kald) as kald from marts.fct_kald_maaned as f
inner join marts.dim_service as s using (service_id) group by 1, 2;
-- name: kle_pr_hovedgruppe
select k.hovedgruppe, count(*) as celler, sum(f.antal_sager) as sager from marts.fct_kle_sager as f
inner join marts.dim_kle as k using (kle_id) group by 1;
