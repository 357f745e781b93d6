"""Serve what was published to everybody, and quality pages and returned workbooks to the office."""
