-- Roller og rettigheder til KDI Indsigt i databasen, som scriptet køres i. Kan køres igen uden skade.
-- Køres af serverens superbruger, fx: kdi postgres roles | psql -v ON_ERROR_STOP=1 -d kdi
-- Køres igen, når der kommer nye myndigheder, og når PostgreSQL er opgraderet.
do $$
declare rolle text;
begin
    foreach rolle in array array['kdi_ejer', 'kdi_indlaeser', 'kdi_laeser', 'kdi_kombit'{roles}] loop
        if not exists (select from pg_roles where rolname = rolle) then
            execute format('create role %I nologin', rolle);
        end if;
    end loop;
    foreach rolle in array array['kdi_kombit'{roles}] loop
        execute format('grant kdi_laeser to %I', rolle);
    end loop;
end
$$;

-- give it a password or another way to log in yourself
alter role kdi_indlaeser login noinherit;
grant kdi_ejer to kdi_indlaeser;

do $$
begin
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to kdi_laeser, kdi_indlaeser', current_database());
    execute format('grant connect, create on database %I to kdi_ejer', current_database());
end
$$;
revoke all on schema public from public;

-- From any other database of the server a login would read this one's counters, though it may not come in here.
do $$
declare navn name;
begin
    for navn in
        select datname from pg_database
        where datname <> current_database() and datallowconn and has_database_privilege('public', oid, 'connect')
    loop
        if navn in ('postgres', 'template1') then
            execute format('revoke connect on database %I from public', navn);
        else
            raise warning 'databasen % på samme server er åben for alle logins; derfra kan de se tællere for denne.'
                ' Luk den: revoke connect on database % from public', navn, quote_ident(navn);
        end if;
    end loop;
exception when insufficient_privilege then
    raise warning 'databasen postgres er åben for alle logins; kør scriptet som superbruger';
end
$$;

-- Counters, sizes and locks tell how many rows others have.
do $lukning$
declare saetning text;
begin
    for saetning in {open}
    loop
        execute saetning;
    end loop;
end
$lukning$;

-- A view has a branch per month; these let the planner leave out those that a question is not about.
-- Nobody is forgotten with a question or a connection open. A reader can set the times anew, so the publisher also
-- ends connections itself, by this function and no others than these.
do $$
declare hver text;
begin
    foreach hver in array array[
        'constraint_exclusion = on', 'jit = off',
        'statement_timeout = ''15min''', 'lock_timeout = ''5s''',
        'idle_in_transaction_session_timeout = ''60s''', 'idle_session_timeout = ''1h'''
    ] loop
        execute format('alter database %I set %s', current_database(), hver);
    end loop;
    if current_setting('server_version_num')::int >= 170000 then
        execute format('alter database %I set transaction_timeout = ''30min''', current_database());
    end if;
end
$$;
create schema if not exists kdi_drift;
create or replace function kdi_drift.luk_gamle_forbindelser() returns bigint
language sql security definer set search_path = pg_catalog, pg_temp
as $$
    select count(*) filter (where pg_terminate_backend(pid))
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
        and pg_has_role(usesysid, 'kdi_laeser', 'member')
        and not (select rolsuper from pg_roles where oid = usesysid)
        and (xact_start < clock_timestamp() - interval '30 minutes'
            or state = 'idle' and state_change < clock_timestamp() - interval '1 hour')
$$;
revoke all on function kdi_drift.luk_gamle_forbindelser() from public;
grant usage on schema kdi_drift to kdi_ejer;
grant execute on function kdi_drift.luk_gamle_forbindelser() to kdi_ejer;

-- who read what: every statement in the server's log; readers cannot switch it off
do $$
begin
    execute format('alter database %I set log_statement = ''all''', current_database());
    execute format('alter database %I set log_parameter_max_length = 1000', current_database());
exception when insufficient_privilege then
    raise notice 'log_statement kræver superbruger; sæt log_statement = all som serverparameter i stedet';
end
$$;
