"""Reason for a rerun: a code to count by, with a note in the person's own words beside it."""

from enum import StrEnum


class Reason(StrEnum):
    """Reason for a rerun; each has a sentence, `flows.reason_<value>`."""

    CORRECTION = "correction"
    """The commune sent a corrected workbook."""
    LATE_REPORT = "late_report"
    """The commune reported after the nightly run."""
    NOW_DUE = "now_due"
    """The report was refused because its period was not over; now it is."""
    WRONGLY_REFUSED = "wrongly_refused"
    """A rule refused a correct report and was corrected."""
    CATALOG_CHANGED = "catalog_changed"
    """Rules, templates or the register changed: stored reports are judged again."""
    OTHER = "other"
    """Any other reason; the note states it."""
