"""Decode the bytes of .xlsx and .xls workbooks into cells."""
