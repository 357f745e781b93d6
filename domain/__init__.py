"""What the words mean: units, periods, indicators, submissions, issues, aggregation. Plain Python, no other room."""
