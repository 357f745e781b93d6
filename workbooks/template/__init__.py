"""Write the workbook that a commune fills."""
