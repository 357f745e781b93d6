-- The role for Metabase, Superset and Excel: it reads the four views of the warehouse and nothing else.
-- Run it once, as the owner of the database, after `tonghop` has worked with it for the first time:
--
--     psql "postgresql://tonghop@host/tonghop" -f read_only_role.sql
--
-- Then make one login for each tool:
--
--     CREATE ROLE metabase LOGIN PASSWORD '…' IN ROLE tonghop_reader;
--     ALTER ROLE metabase SET default_transaction_read_only = on;
--
-- Later versions make the views anew and grant them to this role again by themselves.
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'tonghop_reader') THEN
        CREATE ROLE tonghop_reader NOLOGIN;
    END IF;
END
$$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM tonghop_reader;
GRANT USAGE ON SCHEMA public TO tonghop_reader;
GRANT SELECT ON rollup_current, submission_status, observation_current, lineage TO tonghop_reader;
