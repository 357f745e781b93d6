"""The lines of a layout by every label they are known under."""

from collections import defaultdict

from domain.catalog import Catalog
from domain.layouts import Layout, Line
from workbooks.labels import normalise_label


class LineIndex:
    """Finds a layout's line by its label, an alias, or the name or an alias of its indicator."""

    def __init__(self, catalog: Catalog, layout: Layout) -> None:
        """Index the layout's lines."""
        self.lines = layout.lines
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

    def find(self, label: str, number: str) -> Line | None:
        """The line of a label; where several share it, the one with that line number, else none."""
        lines = self._by_key.get(normalise_label(label), [])
        if len(lines) > 1:
            lines = [line for line in lines if line.number.strip(" .()") == number.strip(" .()")]
        return lines[0] if len(lines) == 1 else None
