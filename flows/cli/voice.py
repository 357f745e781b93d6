"""How commands speak: texts of the catalogue in the chosen language, on the terminal; problems on stderr."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from domain.catalog import Catalog
from domain.texts import Lang


class Voice:
    """Speaks to whoever runs a command."""

    def __init__(self, catalog: Catalog, lang: Lang) -> None:
        """Speak this language with the texts of this catalogue."""
        self.catalog = catalog
        self.lang: Lang = lang
        self.console = Console(highlight=False)

    def text(self, name: str, /, **facts: object) -> str:
        """A text of `messages/flows.yaml`, without its room."""
        return self.catalog.text(f"flows.{name}", self.lang, **facts)

    def say(self, name: str, style: str = "", /, **facts: object) -> None:
        """Print a text on a line of its own; lines are wrapped, never cut."""
        self.console.print(escape(self.text(name, **facts)), style=style)

    def point_to(self, path: Path) -> None:
        """Print a path on a line of its own, never wrapped, so that it can be copied or clicked."""
        self.console.print(f"  {path}", soft_wrap=True, markup=False)

    def gap(self) -> None:
        """Leave a line empty."""
        self.console.print()

    def table(self, *columns: str, title: str = "") -> Table:
        """A table with these columns (names of texts), to be filled and given to `show`."""
        made = Table(title=title or None, title_justify="left", header_style="bold", title_style="bold")
        for column in columns:
            made.add_column(self.text(column), overflow="fold")
        return made

    def show(self, table: Table) -> None:
        """Print a table."""
        self.console.print(table)
