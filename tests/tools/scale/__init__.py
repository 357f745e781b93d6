"""Disturb a run on several machines, and compare what it leaves with an undisturbed run of one: `make scale`."""
