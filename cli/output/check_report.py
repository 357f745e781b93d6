"""Terminal output of `tonghop check`: a table of issues per file, then a summary."""

from collections.abc import Sequence

from cli.output.terminal import Terminal, literal
from domain.issues import Severity
from domain.submissions import ParsedReport
from flows.actions.check_files import CheckedFile
from workbooks.marking.result_lines import ResultLine, issue_lines, repair_lines, severity_text

_COLOURS = {Severity.CRITICAL: "red", Severity.HOLD: "magenta", Severity.WARNING: "yellow", Severity.INFO: "dim"}


def show_checked(terminal: Terminal, checked: Sequence[CheckedFile]) -> None:
    """Show unit, period and issues of each file, then how many would be accepted and which rules were not evaluated."""
    for checked_file in checked:
        _show_file(terminal, checked_file)
    terminal.blank_line()
    refused = sum(not checked_file.accepted for checked_file in checked)
    facts = {"total": len(checked), "accepted": len(checked) - refused, "refused": refused}
    terminal.say("check_summary", "bold red" if refused else "bold green", **facts)
    not_checked = _not_checked(checked)
    if not_checked:
        titles = (terminal.catalog.rules[rule].title.get(terminal.lang) for rule in not_checked)
        terminal.say("check_not_checked", "dim", rules="; ".join(titles))


def _show_file(terminal: Terminal, checked_file: CheckedFile) -> None:
    terminal.blank_line()
    colour = "green" if checked_file.accepted else "red"
    outcome = terminal.text(f"check_{checked_file.outcome}")
    path = literal(str(checked_file.path))
    terminal.console.print(f"[bold]{path}[/]  [{colour}]{literal(outcome)}[/]", soft_wrap=True)
    if checked_file.is_taken:
        terminal.console.print(f"  {literal(_identity(terminal, checked_file.report))}", style="dim", soft_wrap=True)
    issues = tuple(issue_lines(checked_file.issues, terminal.catalog, terminal.lang))
    if issues:
        _show_issues(terminal, issues)
    for line in repair_lines(checked_file.report.repairs, terminal.texts, terminal.lang):
        cell = f"{line.sheet}!{line.cell}"
        read = terminal.text("explain_repair", cell=cell, before=line.found, after=line.expected, why=line.message)
        terminal.bullet("·", read, "dim")


def _identity(terminal: Terminal, report: ParsedReport) -> str:
    unit = f"{report.unit.code} {report.unit.name}" if report.unit else "?"
    period = report.period.id if report.period else "?"
    return terminal.text("check_whose", unit=unit, period=period, figures=len(report.observations))


def _show_issues(terminal: Terminal, lines: Sequence[ResultLine]) -> None:
    table = terminal.table("check_severity", "check_sheet", "check_cell", "check_found", "check_expected", "check_what")
    previous_action = ""
    for line in lines:
        severity = line.severity or Severity.INFO
        name = severity_text(severity, terminal.texts, terminal.lang)
        severity_cell = f"[{_COLOURS[severity]}]{literal(name)}[/]"
        # Many cells with the same fault show the advice once.
        advice = terminal.text("check_as_above") if line.action == previous_action else line.action
        what = f"{literal(line.message)}\n[cyan]→ {literal(advice)}[/]"
        table.add_row(severity_cell, *map(literal, (line.sheet, line.cell, line.found, line.expected)), what)
        previous_action = line.action
    terminal.show(table)


def _not_checked(checked: Sequence[CheckedFile]) -> list[str]:
    """Return the rules that were evaluated on no file, in the catalogue's order."""
    return [
        rule for rule in checked[0].not_checked if all(rule in checked_file.not_checked for checked_file in checked)
    ]
