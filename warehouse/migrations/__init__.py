"""Migrations of the warehouse: one numbered file per change of its tables."""
