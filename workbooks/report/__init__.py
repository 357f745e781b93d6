"""Parse a workbook into observations: figures, villages, totals and provisional wording."""
