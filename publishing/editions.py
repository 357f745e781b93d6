"""Editions of published files: the set of a revision's files and their form (decision 98)."""

from typing import Final

FIRST_EDITION: Final = 1
"""What version 0.1.0 wrote, kept byte for byte for the bundles closed with it; it shows no earlier periods."""

SECOND_EDITION: Final = 2
"""The leader's page had the series on other boundaries below its own, and reasons in Vietnamese only."""

EDITION: Final = 3
"""The edition that new revisions are written in."""
