"""What can go wrong with the judge itself: then nobody is blamed and nothing is loaded."""

from pathlib import Path
from typing import Self

from domain.errors import TerminalError, TransientError
from domain.rules import Rule


class RuleBrokenError(TerminalError):
    """A rule could not be judged: it is written wrongly, or its query failed."""

    def __init__(self, rule: str, reason: str, place: str = "") -> None:
        """Keep the rule's id, the reason, and file and line where known, and say what to do."""
        self.rule = rule
        self.reason = reason
        self.place = place
        where = f" ({place})" if place else ""
        super().__init__(
            f"rule {rule}{where} could not be judged: {reason}. No submission was blamed for it; "
            f"mend the rule in the catalogue's rules/ folder (or its kind) and run again"
        )

    @classmethod
    def of(cls, rule: Rule, reason: str) -> Self:
        """What is wrong with a rule of the catalogue, and where it is written."""
        return cls(rule.id, reason, f"{rule.file}:{rule.line}" if rule.line else rule.file)


class BatchShrunkError(TerminalError):
    """The judge saw another number of submissions than were staged."""

    def __init__(self, run_id: str, staged: int, seen: int) -> None:
        """Keep the run and both counts, and say what to do."""
        self.run_id = run_id
        self.staged = staged
        self.seen = seen
        super().__init__(
            f"{staged} submissions were staged for run {run_id} and {seen} were seen by the rules. Nothing was judged; "
            f"clear the staging rows of the run, see that staging is committed before checking, and run again"
        )


class StagingUnreadableError(TerminalError):
    """A staging table is not there or cannot be read."""

    def __init__(self, table: str, reason: str) -> None:
        """Keep the table's name and the reason, and say what to do."""
        self.table = table
        self.reason = reason
        super().__init__(f"staging table {table} cannot be read: {reason}. Bring the warehouse's schema up to date")


class WarehouseUnreachableError(TransientError):
    """The warehouse did not answer; its address stays out of the message, for it may hold a password."""

    def __init__(self, reason: str) -> None:
        """Keep the reason and say what to do."""
        self.reason = reason
        super().__init__(f"the rules cannot reach the warehouse: {reason}. Check that it runs, then try again")


class NightsNotWrittenError(TransientError):
    """The nights' pages could not be written; what was judged is loaded and published all the same."""

    def __init__(self, folder: Path, reason: str) -> None:
        """Keep the folder and what the system said."""
        self.folder, self.reason = folder, reason
        super().__init__(
            f"the nights' pages could not be written to {folder}: {reason}. What was loaded and published stays. "
            "Free space or grant access there; the next run writes whatever is missing."
        )
