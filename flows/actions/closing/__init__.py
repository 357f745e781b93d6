"""Consult units about a period, close it and reopen it."""
