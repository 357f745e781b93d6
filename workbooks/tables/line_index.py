"""The lines of a layout by every code and label they are known under."""

from collections import defaultdict
from collections.abc import Sequence

from domain.catalog.catalog import Catalog
from domain.layouts import Layout, Line
from domain.texts import code_key
from workbooks.text.labels import is_total_label, normalise_label


class LineIndex:
    """Finds a layout's line by its code, or by its label, an alias, or the name or an alias of its indicator."""

    def __init__(self, catalog: Catalog, layout: Layout) -> None:
        """Index the layout's lines."""
        self.lines = layout.lines
        self._totals = layout.totals
        self._by_code = {code_key(line.code): line for line in layout.lines if line.code}
        self._by_key: dict[str, list[Line]] = defaultdict(list)
        for line in layout.lines:
            names = [line.label, *line.aliases]
            if line.indicator is not None:
                indicator = catalog.indicators[line.indicator]
                names += [indicator.name.vi, *indicator.aliases]
            for key in dict.fromkeys(normalise_label(name) for name in names):
                self._by_key[key].append(line)

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the lines that carry an indicator."""
        return tuple(line.label for line in self.lines if line.indicator is not None)

    def by_code(self, code: str) -> Line | None:
        """The line of a code."""
        return self._by_code.get(code_key(code)) if code else None

    def called(self, label: str) -> Sequence[Line]:
        """Every line that has this label."""
        return tuple(self._by_key.get(normalise_label(label), ()))

    def find(self, label: str, number: str, sections: Sequence[str] = ()) -> Line | None:
        """The line of a label; where several share it, the one in that section or of that line number, else none."""
        lines = self.called(label)
        if len(lines) > 1:
            # A section heading that was deleted leaves the ones around it to go by.
            below = [
                line
                for line in lines
                if all(item == other for item, other in zip(line.sections, sections, strict=False))
            ]
            numbered = [line for line in lines if line.number.strip(" .()") == number.strip(" .()")]
            lines = below if len(below) == 1 else [line for line in numbered if line in below]
        return lines[0] if len(lines) == 1 else None

    def is_total(self, label: str) -> bool:
        """Whether a row of that label only sums others."""
        return is_total_label(label, self._totals)
