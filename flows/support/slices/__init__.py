"""Slices of a run, done by workers of any machine through Dask: settings, who may work, and reading."""
