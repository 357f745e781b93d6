"""Index of a layout's lines by all their codes and labels."""

import operator
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import starmap

from domain.indicators import Indicator
from domain.layouts import Layout, Line
from domain.texts import code_key
from workbooks.text.labels import is_total_label, normalise_label


class LineIndex:
    """Index of lines by code, and by label, alias, or name or alias of the indicator."""

    def __init__(self, indicators: Mapping[str, Indicator], layout: Layout) -> None:
        """Index the layout's lines."""
        self.lines = layout.lines
        self._totals = layout.totals
        self._by_code = {code_key(line.code): line for line in layout.lines if line.code}
        self._by_key: dict[str, list[Line]] = defaultdict(list)
        for line in layout.lines:
            names = [line.label, *line.aliases]
            if line.indicator is not None:
                indicator = indicators[line.indicator]
                names += [indicator.name.vi, *indicator.aliases]
            for key in dict.fromkeys(normalise_label(name) for name in names):
                self._by_key[key].append(line)

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the labels of the lines that have an indicator."""
        return tuple(line.label for line in self.lines if line.indicator is not None)

    def by_code(self, code: str) -> Line | None:
        """Return the line of a code, or None."""
        return self._by_code.get(code_key(code)) if code else None

    def called(self, label: str) -> Sequence[Line]:
        """Return all lines with this label."""
        return tuple(self._by_key.get(normalise_label(label), ()))

    def find(self, label: str, number: str, sections: Sequence[str] = ()) -> Line | None:
        """Return the line of a label, or None; of several the one in that section or with that line number."""
        lines = self.called(label)
        if len(lines) > 1:
            # If a section heading was deleted, the sections around it still identify the line.
            below = [line for line in lines if all(starmap(operator.eq, zip(line.sections, sections, strict=False)))]
            numbered = [line for line in lines if line.number.strip(" .()") == number.strip(" .()")]
            lines = below if len(below) == 1 else [line for line in numbered if line in below]
        return lines[0] if len(lines) == 1 else None

    def is_total(self, label: str) -> bool:
        """Return whether a label is that of a total."""
        return is_total_label(label, self._totals)
