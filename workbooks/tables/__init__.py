"""Locate the tables of a form: header, columns, lines, named cells and villages."""
