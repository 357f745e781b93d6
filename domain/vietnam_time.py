"""Vietnam's time: cut-offs and deadlines are days in Vietnam, wherever the program runs."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""The time zone of all of Vietnam: UTC+7, no summer time since 1975."""


def day_in_vietnam(moment: datetime) -> date:
    """Return the calendar day on which a moment falls in Vietnam."""
    return moment.astimezone(VIETNAM).date()
