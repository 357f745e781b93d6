"""Why a person asks for a rerun: a code to count by, and room for their own words beside it."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a rerun is asked for; each has a sentence, `flows.reason_<value>`."""

    CORRECTION = "correction"
    """The commune sent a corrected workbook."""
    LATE_REPORT = "late_report"
    """The commune reported after the night."""
    NOW_DUE = "now_due"
    """The report was refused because its period was not over; now it is."""
    WRONGLY_REFUSED = "wrongly_refused"
    """A rule refused what was right, and was mended."""
    CATALOG_CHANGED = "catalog_changed"
    """Rules, templates or the register changed: stored reports are judged again."""
    OTHER = "other"
    """Anything else; the note says what."""
