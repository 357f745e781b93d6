"""Identify the unit, form and period of a report from every source that names them."""
