"""Parse a workbook into observations: figures, villages, totals and what is doubtful about them."""
