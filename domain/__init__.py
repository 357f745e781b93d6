"""Vocabulary of the domain: units, periods, indicators, submissions, issues, aggregation. Imports no other package."""
