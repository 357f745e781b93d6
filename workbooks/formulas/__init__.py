"""Formulas by which a form judges itself: the catalogue's rules that look at one report, compiled."""
