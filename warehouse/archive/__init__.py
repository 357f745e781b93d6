"""Archived periods: their rows of large tables in Parquet files, where they are read as in the tables."""
