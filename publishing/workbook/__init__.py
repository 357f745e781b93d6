"""Write a revision as an Excel workbook."""
