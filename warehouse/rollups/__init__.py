"""Compute the rollups of an area: expected units, contributions, coverage, notes, revisions and closings."""
