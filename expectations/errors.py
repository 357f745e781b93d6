"""Errors of evaluating rules: no submission is refused for them, and nothing is loaded."""

from pathlib import Path
from typing import Self

from domain.errors import TerminalError, TransientError
from domain.rules import Rule


class RuleBrokenError(TerminalError):
    """A rule could not be evaluated: it is written wrongly, or its query failed."""

    def __init__(self, rule: str, reason: str, place: str = "") -> None:
        """Keep the rule's id, the reason, and file and line where known, and say what to do."""
        self.rule = rule
        self.reason = reason
        self.place = place
        where = f" ({place})" if place else ""
        super().__init__(
            f"rule {rule}{where} could not be judged: {reason}. No submission was blamed for it; "
            f"correct the rule in the catalogue's rules/ folder (or its kind) and run again"
        )

    @classmethod
    def of(cls, rule: Rule, reason: str) -> Self:
        """Make the error for a rule of the catalogue, with its file and line."""
        return cls(rule.id, reason, f"{rule.file}:{rule.line}" if rule.line else rule.file)


class BatchShrunkError(TerminalError):
    """The rules saw another number of submissions than were staged."""

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
    """A staging table is missing or cannot be read."""

    def __init__(self, table: str, reason: str) -> None:
        """Keep the table's name and the reason, and say what to do."""
        self.table = table
        self.reason = reason
        super().__init__(f"staging table {table} cannot be read: {reason}. Bring the warehouse's schema up to date")


class WarehouseUnreachableError(TransientError):
    """The warehouse did not answer; the message leaves out its URL, which may contain a password."""

    def __init__(self, reason: str) -> None:
        """Keep the reason and say what to do."""
        self.reason = reason
        super().__init__(f"the rules cannot reach the warehouse: {reason}. Check that it runs, then try again")


class RunPagesNotWrittenError(TransientError):
    """The pages of nightly runs could not be written; loading and publishing are not affected."""

    def __init__(self, folder: Path, reason: str) -> None:
        """Keep the folder and the system's reason."""
        self.folder, self.reason = folder, reason
        super().__init__(
            f"the pages of nightly runs could not be written to {folder}: {reason}. What was loaded and published "
            "stays. Free space or grant access there; the next run writes whatever is missing."
        )
