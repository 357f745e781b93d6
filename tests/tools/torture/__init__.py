"""Disturb nightly runs in every way and compare what they leave with an undisturbed run: `make torture`."""
