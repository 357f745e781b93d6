"""How a unit stands with a report it owes."""

from enum import StrEnum


class UnitState(StrEnum):
    """What a unit's report of a period amounts to: counted, refused and not yet corrected, or not there."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    MISSING = "missing"
