"""Tests of tables of many rows and of many lines of one kind."""

from io import StringIO

import pytest
from rich.console import Console
from rich.table import Table

from cli.output.long_table import MOST_FOLDED, LongTable
from cli.output.terminal import Terminal
from domain.catalog.catalog import Catalog


def printed(table: Table, *, colours: bool = False) -> str:
    """Print a table on a narrow terminal and return what it shows."""
    out = StringIO()
    console = Console(file=out, width=20, force_terminal=colours, color_system="standard" if colours else None)
    console.print(LongTable(table), soft_wrap=True, end="")
    return out.getvalue()


def filled(*rows: tuple[str, str]) -> Table:
    """Make a table of these rows."""
    table = Table("Đơn vị", "Tệp", title="Kỳ 2025-05")
    for row in rows:
        table.add_row(*row)
    return table


def test_every_row_keeps_its_lines_on_a_narrow_terminal() -> None:
    """No cell is folded, cells of several lines stay beside each other, and columns are aligned."""
    lines = printed(filled(("Phường Phúc Xá", "BC_00001_2025-05.xlsx"), ("Xã", "một\nhai"))).splitlines()

    assert lines[0] == "Kỳ 2025-05"
    assert lines[1].split() == ["Đơn", "vị", "Tệp"]
    assert lines[3:] == ["Phường Phúc Xá  BC_00001_2025-05.xlsx", "Xã              một", "                hai"]


def test_markup_becomes_colour_and_escaped_markup_stays() -> None:
    """Markup of a cell is shown on a terminal; what is escaped is text."""
    table = filled(("[red]thiếu[/]", r"\[a].xlsx"))

    assert "\x1b[31mthiếu\x1b[0m" in printed(table, colours=True)
    assert "thiếu   [a].xlsx" in printed(table)


def test_many_lines_of_one_kind_are_printed_whole(catalog: Catalog, capsys: pytest.CaptureFixture[str]) -> None:
    """Above the limit each stands on a line of its own, however narrow the terminal; markup in it is text."""
    Terminal(catalog, "en").say_each("explain_absent", "yellow", [{"unit": f"[red]{'x' * 90}"}] * (MOST_FOLDED + 1))

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == MOST_FOLDED + 1
    assert all("[red]" + "x" * 90 in line for line in lines)
