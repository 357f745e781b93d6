"""What commands print: terminal output, tables and JSON."""
