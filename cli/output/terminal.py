"""Terminal output of commands: texts of the catalogue in the chosen language."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.markup import escape
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from cli.output.long_table import MOST_FOLDED, LongTable
from domain.catalog.catalog import Catalog
from domain.catalog.help_texts import error_in
from domain.catalog.texts import Texts
from domain.texts import Lang, one_line, visible
from flows.support.catalog import open_catalog, open_texts
from flows.support.settings import Settings


def literal(*lines: str) -> str:
    """Return texts of others for a printed line or a cell of a table: a line each, without markup."""
    return "\n".join(escape(one_line(line)) for line in lines)


def open_console(*, aside: bool = False) -> Console:
    """Return a console of stdout, or of stderr (`aside`), whose terminal gets no control character of a text."""
    console = Console(highlight=False, stderr=aside)
    console.push_render_hook(_VisibleText())
    return console


class _VisibleText(RenderHook):
    """Shows control characters and marks of direction as U+FFFD in everything that a console prints."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Visible(renderable) for renderable in renderables]


class _Visible:
    def __init__(self, renderable: ConsoleRenderable) -> None:
        self._renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._renderable, options):
            # The console's own commands to the terminal are segments with `control`.
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


class TextTerminal:
    """Prints texts, paths, bullets and tables."""

    def __init__(self, texts: Texts, lang: Lang, *, aside: bool = False) -> None:
        """Print these texts in this language; `aside`: on stderr, where stdout is for programs."""
        self.texts = texts
        self.lang: Lang = lang
        self.console = open_console(aside=aside)

    def text(self, name: str, /, **facts: object) -> str:
        """Return a text of `messages/flows.yaml`, by its key without the prefix `flows.`."""
        return self.texts.text(f"flows.{name}", self.lang, **facts)

    def error(self, message: str) -> str:
        """Return the message of an error in the reader's language."""
        return error_in(self.lang, message)

    def submission_state(self, state: str) -> str:
        """Return the name of a submission's state."""
        return self.texts.text(f"domain.state.{state}", self.lang)

    def say(self, name: str, style: str = "", /, **facts: object) -> None:
        """Print a text on a line of its own; lines are wrapped, never cut."""
        self.console.print(escape(self.text(name, **facts)), style=style)

    def say_each(self, name: str, style: str, facts: Sequence[Mapping[str, object]]) -> None:
        """Print a text for each of these facts; many lines at once and not wrapped, as rows of long tables are."""
        if len(facts) > MOST_FOLDED:
            lines = "\n".join(escape(self.text(name, **each)) for each in facts)
            self.console.print(lines, style=style, soft_wrap=True)
            return
        for each in facts:
            self.say(name, style, **each)

    def print_path(self, path: Path | str) -> None:
        """Print a path or an address on a line of its own, never wrapped, so that it can be copied or clicked."""
        self.console.print(f"  {literal(str(path))}", soft_wrap=True)

    def bullet(self, mark: str, text: str, style: str = "", indent: int = 2) -> None:
        """Print a text after a mark; further lines are indented like the first."""
        row = Table.grid(padding=(0, 1, 0, 0))
        row.add_row(mark, Text(one_line(text), style=style))
        self.console.print(Padding(row, (0, 0, 0, indent)))

    def blank_line(self) -> None:
        """Print an empty line."""
        self.console.print()

    def table(self, *columns: str, title: str = "") -> Table:
        """Make a table with these columns (names of texts), to be filled and passed to `show`."""
        table = Table(
            title=title or None,
            title_justify="left",
            title_style="bold",
            header_style="bold",
            box=SIMPLE_HEAD,
            show_edge=False,
            padding=(0, 2, 0, 0),
            pad_edge=False,
        )
        for column in columns:
            table.add_column(self.text(column), overflow="fold")
        return table

    def show(self, table: Table) -> None:
        """Print a table, fitted to the terminal's width; one of many rows as it is, a line each."""
        if table.row_count > MOST_FOLDED:
            self.console.print(LongTable(table), soft_wrap=True, end="")
        else:
            self.console.print(table)


class Terminal(TextTerminal):
    """Prints what the catalogue names besides: indicators, units, rules, issues."""

    def __init__(self, catalog: Catalog, lang: Lang, *, aside: bool = False) -> None:
        """Print with the whole catalogue in this language; `aside` as in `TextTerminal`."""
        super().__init__(catalog.texts, lang, aside=aside)
        self.catalog = catalog


def open_text_terminal(settings: Settings) -> TextTerminal:
    """Print with the texts and in the language of the settings, without loading the rest of the catalogue.

    Raises:
        CatalogError: the texts cannot be used.
    """
    return TextTerminal(open_texts(settings), settings.lang)


def open_terminal(settings: Settings) -> Terminal:
    """Print with the catalogue and in the language of the settings.

    Raises:
        CatalogError: the catalogue cannot be used.
    """
    return Terminal(open_catalog(settings), settings.lang)
