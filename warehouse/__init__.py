"""Warehouse: submissions, their figures and all rollups made from them; the only package that uses SQLAlchemy."""
