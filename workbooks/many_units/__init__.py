"""Workbooks that report for many units: a sheet a unit, or a row a unit."""
