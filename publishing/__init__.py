"""Give out: one revision of a rollup as CSV, Excel and an offline page, moved into place in one step."""
