"""The SQL views for Metabase, Superset and Excel: one `.sql` file each, which explains its columns."""
