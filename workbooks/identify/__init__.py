"""Identify the unit, form and period of a report by comparing all sources that name them."""
