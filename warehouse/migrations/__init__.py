"""Migrations of the warehouse's tables: one numbered file per change, run from code."""
