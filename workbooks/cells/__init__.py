"""Plain values that all of `workbooks` shares: cells, addresses, formats, limits, stamps and findings."""
