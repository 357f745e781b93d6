"""What the room says when a file cannot carry marks."""

from domain.errors import TerminalError


class CannotAnnotateError(TerminalError):
    """A file cannot be given back with marks in it; a workbook of its own says what is wrong instead."""

    def __init__(self, reason: str) -> None:
        """Keep why."""
        self.reason = reason
        super().__init__(f"the file cannot carry marks: {reason}")
