-- What the server shows to everybody about rows that a login may not see, as the statements that close it.
-- PostgreSQL lets every login read counters, sizes, locks and positions of the log, by which rows of others can be
-- counted. Closed is therefore every volatile function of the server and its extensions but those that are known to
-- tell nothing, so that one which a later version brings is closed too; and the stable ones that tell.
with lukkes as (
    select
        funktion.oid::regprocedure as navn
    from pg_catalog.pg_proc as funktion
    where (funktion.pronamespace = 'pg_catalog'::regnamespace
            or exists (select from pg_catalog.pg_depend as del
                where del.classid = 'pg_catalog.pg_proc'::regclass and del.objid = funktion.oid
                    and del.deptype = 'e' and funktion.proname not like 'plpgsql%'))
        and funktion.prokind = 'f'
        and funktion.prorettype not in (
            'trigger'::regtype, 'event_trigger'::regtype, 'language_handler'::regtype, 'tsm_handler'::regtype,
            'index_am_handler'::regtype, 'table_am_handler'::regtype, 'fdw_handler'::regtype)
        and has_function_privilege('public', funktion.oid, 'execute')
        and (funktion.provolatile = 'v' and funktion.proname !~ ('^('
                'clock_timestamp|timeofday|random|random_normal|setseed|gen_random_uuid|uuidv[47]|array_(sample|shuffle)'
                '|set_config|current_query|(curr|last|next|set)val|query_to_xml.*|cursor_to_xml.*|ts_(stat|rewrite)'
                '|pg_sleep(_for|_until)?|pg_(cancel|terminate)_backend|pg_is_in_recovery|pg_advisory_unlock.*'
                '|pg_partition_(tree|ancestors)|pg_jit_available|pg_(database_)?collation_actual_version'
                '|pg_get_wait_events|plpgsql_.*|dsnowball_.*|amvalidate'
                ')$')
            or funktion.provolatile <> 'v' and funktion.proname ~ ('^('
                'pg_stat_.*|pg_relation_file.*|pg_filenode_relation|pg_current_(xact|snapshot).*|txid_current.*|mxid_age'
                '|pg_get_replication_slots|pg_tablespace_databases|pg_mcv_list_items'
                ')$')
            or funktion.oid = 'pg_catalog.age(xid)'::regprocedure)
)
select format('revoke execute on function %s from public; grant execute on function %1$s to pg_monitor', navn) as luk
from lukkes
union all
select
    'revoke select on pg_catalog.pg_class from public; grant select on pg_catalog.pg_class to pg_monitor;'
        || format(' grant select (%s) on pg_catalog.pg_class to public', string_agg(attname, ', ' order by attnum))
from pg_catalog.pg_attribute
where attrelid = 'pg_catalog.pg_class'::regclass and attnum > 0 and not attisdropped
    and attname not in ('reltuples', 'relpages', 'relallvisible', 'relallfrozen', 'relfrozenxid', 'relminmxid', 'relfilenode')
    and has_column_privilege('public', 'pg_catalog.pg_class', 'reltuples', 'select')
having count(*) > 0
