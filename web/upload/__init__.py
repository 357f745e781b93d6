"""The upload page: a commune checks its workbook, sees what is wrong in it, and sends it."""
