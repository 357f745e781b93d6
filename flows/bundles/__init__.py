"""Bundles of closed periods: their archive, provenance and recomputation."""
