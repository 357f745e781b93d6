"""Comparisons of figures: why one moved between two periods, and what a partial one may become."""
