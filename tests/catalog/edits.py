"""What the tests of broken catalogues share: one edit at a time to a copy, and the complaint it meets."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.catalog.catalog import CatalogError, load_catalog


@dataclass(frozen=True)
class Edit:
    """One thing to break: in which file, what text becomes what, and what the complaint has to say."""

    file: str
    old: str
    new: str
    says: str

    def make(self, root: Path) -> int:
        """Make the edit and return the line it begins on."""
        path = root / self.file
        text = path.read_text("utf-8")
        assert self.old in text, f"{self.file} no longer holds {self.old!r}"
        path.write_text(text.replace(self.old, self.new, 1), "utf-8")
        return text[: text.index(self.old)].count("\n") + 1


def refusal(root: Path) -> CatalogError:
    """The complaint about a catalogue that must not load."""
    with pytest.raises(CatalogError) as refused:
        load_catalog(root)
    return refused.value
