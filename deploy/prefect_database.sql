-- Prefect's own database beside the warehouse's, made when the PostgreSQL container starts for the first time.
CREATE DATABASE prefect;
\connect prefect
CREATE EXTENSION IF NOT EXISTS pg_trgm;
