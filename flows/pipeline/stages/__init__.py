"""The stages of a run, one file each, as plain functions: collect, read, place, judge, roll up, publish."""
