"""What a good report is: the catalogue's rules, judged by Great Expectations on the staging tables."""
