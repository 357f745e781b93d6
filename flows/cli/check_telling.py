"""Tell on the terminal what is wrong with workbooks that were checked: one table a file, then all of them in a line."""

from collections.abc import Sequence

from rich.markup import escape

from domain.issues import Issue, Severity
from domain.rules import Stage
from domain.submissions import ParsedReport
from flows.check_files import CheckedFile
from flows.cli.voice import Voice

_COLOURS = {Severity.CRITICAL: "red", Severity.WARNING: "yellow", Severity.INFO: "dim"}
_HEAVIEST_FIRST = tuple(_COLOURS)


def tell_checked(voice: Voice, checked: Sequence[CheckedFile]) -> None:
    """Tell of each file whose it is, what is wrong in which cell and what to do; at the end how many would pass."""
    for one in checked:
        _tell_file(voice, one)
    voice.gap()
    refused = sum(not one.accepted for one in checked)
    facts = {"total": len(checked), "accepted": len(checked) - refused, "refused": refused}
    voice.say("check_summary", "bold red" if refused else "bold green", **facts)
    beyond = _put_to_none(checked)
    if beyond:
        titles = (voice.catalog.rules[rule].title.get(voice.lang) for rule in beyond)
        voice.say("check_not_checked", "dim", rules="; ".join(titles))


def _tell_file(voice: Voice, one: CheckedFile) -> None:
    voice.gap()
    colour = "green" if one.accepted else "red"
    verdict = voice.text(f"check_{one.outcome}")
    voice.console.print(f"[bold]{escape(str(one.path))}[/]  [{colour}]{escape(verdict)}[/]", soft_wrap=True)
    voice.console.print(f"  {escape(_whose(voice, one.report))}", style="dim", soft_wrap=True)
    shown = _shown(one.issues)
    if shown:
        _tell_issues(voice, shown)
    for repair in one.report.repairs:
        text = voice.catalog.repair_texts.get(repair.rule)
        why = text.get(voice.lang) if text else repair.rule
        cell = f"{repair.sheet}!{repair.cell}"
        told = voice.text("explain_repair", cell=cell, before=repair.before, after=repair.after, why=why)
        voice.bullet("·", told, "dim")


def _whose(voice: Voice, report: ParsedReport) -> str:
    unit = f"{report.unit.code} {report.unit.name}" if report.unit else "?"
    period = report.period.id if report.period else "?"
    return voice.text("check_whose", unit=unit, period=period, figures=len(report.observations))


def _shown(issues: Sequence[Issue]) -> list[Issue]:
    """The heaviest first; what rules on trial found is no matter of the commune's."""
    told = [issue for issue in issues if issue.facts.get("stage") != Stage.SHADOW]
    return sorted(told, key=lambda issue: _HEAVIEST_FIRST.index(issue.severity))


def _tell_issues(voice: Voice, issues: Sequence[Issue]) -> None:
    table = voice.table("check_severity", "check_sheet", "check_cell", "check_found", "check_expected", "check_what")
    catalog, lang, above = voice.catalog, voice.lang, ""
    for issue in issues:
        message, action = catalog.issue_message(issue, lang), catalog.issue_action(issue, lang)
        where = (issue.sheet or "", issue.cell or "", issue.found or "", issue.expected or "")
        severity = f"[{_COLOURS[issue.severity]}]{voice.text(f'severity_{issue.severity}')}[/]"
        # Thirty cells left blank want one piece of advice.
        advice = voice.text("check_as_above") if action == above else action
        table.add_row(severity, *map(escape, where), f"{escape(message)}\n[cyan]→ {escape(advice)}[/]")
        above = action
    voice.show(table)


def _put_to_none(checked: Sequence[CheckedFile]) -> list[str]:
    """Rules that were put to no file that could be judged at all, in the catalogue's order."""
    return [rule for rule in checked[0].not_checked if all(rule in one.not_checked for one in checked)]
