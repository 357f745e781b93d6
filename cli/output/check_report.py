"""Tell on the terminal what is wrong with workbooks that were checked: one table a file, then all of them in a line."""

from collections.abc import Sequence

from rich.markup import escape

from cli.output.terminal import Terminal
from domain.issues import Severity
from domain.submissions import ParsedReport
from flows.actions.check_files import CheckedFile
from workbooks.marking.result_lines import ResultLine, issue_lines, repair_lines, severity_text

_COLOURS = {Severity.CRITICAL: "red", Severity.WARNING: "yellow", Severity.INFO: "dim"}


def tell_checked(terminal: Terminal, checked: Sequence[CheckedFile]) -> None:
    """Tell of each file whose it is, what is wrong in which cell and what to do; at the end how many would pass."""
    for other_checked_file in checked:
        _tell_file(terminal, other_checked_file)
    terminal.gap()
    refused = sum(not checked_file.accepted for checked_file in checked)
    facts = {"total": len(checked), "accepted": len(checked) - refused, "refused": refused}
    terminal.say("check_summary", "bold red" if refused else "bold green", **facts)
    beyond = _put_to_none(checked)
    if beyond:
        titles = (terminal.catalog.rules[rule].title.get(terminal.lang) for rule in beyond)
        terminal.say("check_not_checked", "dim", rules="; ".join(titles))


def _tell_file(terminal: Terminal, checked_file: CheckedFile) -> None:
    terminal.gap()
    colour = "green" if checked_file.accepted else "red"
    submission_outcome = terminal.text(f"check_{checked_file.outcome}")
    terminal.console.print(
        f"[bold]{escape(str(checked_file.path))}[/]  [{colour}]{escape(submission_outcome)}[/]", soft_wrap=True
    )
    terminal.console.print(f"  {escape(_whose(terminal, checked_file.report))}", style="dim", soft_wrap=True)
    issues = tuple(issue_lines(checked_file.issues, terminal.catalog, terminal.lang))
    if issues:
        _tell_issues(terminal, issues)
    for line in repair_lines(checked_file.report.repairs, terminal.catalog, terminal.lang):
        cell = f"{line.sheet}!{line.cell}"
        read = terminal.text("explain_repair", cell=cell, before=line.found, after=line.expected, why=line.message)
        terminal.bullet("·", read, "dim")


def _whose(terminal: Terminal, report: ParsedReport) -> str:
    unit = f"{report.unit.code} {report.unit.name}" if report.unit else "?"
    period = report.period.id if report.period else "?"
    return terminal.text("check_whose", unit=unit, period=period, figures=len(report.observations))


def _tell_issues(terminal: Terminal, lines: Sequence[ResultLine]) -> None:
    table = terminal.table("check_severity", "check_sheet", "check_cell", "check_found", "check_expected", "check_what")
    above = ""
    for line in lines:
        severity = line.severity or Severity.INFO
        grave = f"[{_COLOURS[severity]}]{escape(severity_text(severity, terminal.catalog, terminal.lang))}[/]"
        # Thirty cells left blank want one piece of advice.
        advice = terminal.text("check_as_above") if line.action == above else line.action
        what = f"{escape(line.message)}\n[cyan]→ {escape(advice)}[/]"
        table.add_row(grave, *map(escape, (line.sheet, line.cell, line.found, line.expected)), what)
        above = line.action
    terminal.show(table)


def _put_to_none(checked: Sequence[CheckedFile]) -> list[str]:
    """Rules that were put to no file that could be judged at all, in the catalogue's order."""
    return [
        rule for rule in checked[0].not_checked if all(rule in checked_file.not_checked for checked_file in checked)
    ]
