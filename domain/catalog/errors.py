"""The one complaint about a catalogue: which file, which line, what is wrong, what to do."""

from domain.errors import TerminalError


class CatalogError(TerminalError):
    """A file of the catalogue cannot be used as it stands.

    `file` is relative to the catalogue's folder; `line` counts from 1 and is None where no one line is to blame.
    """

    def __init__(self, file: str, problem: str, remedy: str, line: int | None = None) -> None:
        """Keep the facts and make the sentence."""
        self.file = file
        self.line = line
        self.problem = problem
        self.remedy = remedy
        place = file if line is None else f"{file}, line {line}"
        super().__init__(f"catalogue {place}: {problem}; {remedy}")
