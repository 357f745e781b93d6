"""Bundles of closed periods: their archive and recomputation."""
