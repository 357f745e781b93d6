"""Messages about a run for the Prefect UI, the log and the terminal alike."""

from collections.abc import Sequence
from datetime import datetime

from domain.catalog.catalog import Catalog
from domain.catalog.help_texts import error_in
from domain.issues import Issue
from domain.texts import Lang, cut, one_line
from domain.vietnam_time import day_in_vietnam
from flows.pipeline.outcome import RevalidationFinding, RunOutcome, SubmissionOutcome
from publishing.figures.formatting import format_day
from warehouse.queries.silent_units import SilentArea, SilentPeriod

ISSUES_NAMED = 5
"""Most issues that a failed task run names in words; the rest are counted."""
NAMES_LISTED = 5
"""Most units that a run's message names; the rest are counted."""
NAME_LENGTH = 60
"""Most characters of a name in a run's message."""


class MessageFormatter:
    """Sentences about a run, in one language."""

    def __init__(self, catalog: Catalog, lang: Lang) -> None:
        """Take the texts from this catalogue."""
        self.catalog = catalog
        self.lang: Lang = lang

    def text(self, name: str, /, **facts: object) -> str:
        """Format a text of `messages/flows.yaml`, named without its prefix."""
        return self.catalog.texts.text(f"flows.{name}", self.lang, **facts)

    def error(self, message: str) -> str:
        """Return the message of an error in the reader's language."""
        return error_in(self.lang, message)

    def day(self, moment: datetime) -> str:
        """Format the day of a moment, in Vietnam."""
        return format_day(day_in_vietnam(moment), self.lang)

    def fault(self, issue: Issue) -> str:
        """Format one issue: its place and message."""
        message = self.catalog.issue_message(issue, self.lang)
        # A message that names its cell omits the sheet; one without a cell is about the whole file.
        return f"{one_line(issue.sheet)} — {message}" if issue.sheet else message

    def refusal(self, submission_outcome: SubmissionOutcome) -> str:
        """Format the reason for a refusal: the first issues, and the number of others."""
        return "\n".join(self.first_faults(submission_outcome.faults))

    def first_faults(self, faults: Sequence[Issue]) -> list[str]:
        """Format the first issues, a numbered line each, and in a last line the number of others."""
        results = [f"{place}. {self.fault(issue)}" for place, issue in enumerate(faults[:ISSUES_NAMED], start=1)]
        more = len(faults) - len(results)
        return [*results, self.text("and_more", count=more)] if more else results

    def summary(self, outcome: RunOutcome) -> str:
        """Format the run in one line; the flow run's message."""
        results = [self._judged(outcome)]
        if outcome.warned:
            results.append(self.text("some_warned", count=len(outcome.warned)))
        if outcome.held_reports:
            results.append(self.text("some_held_reports", count=len(outcome.held_reports)))
        if outcome.left:
            results.append(self.text("some_left", count=len(outcome.left)))
        if outcome.not_closed:
            results.append(self.text("some_not_closed", count=len(outcome.not_closed)))
        if outcome.damaged:
            results.append(self.text("some_damaged", count=len(outcome.damaged), units=self._names(outcome.damaged)))
        if outcome.restored:
            results.append(self.text("some_restored", count=len(outcome.restored)))
        if outcome.held:
            results.append(self.text("some_held", count=sum(period_held.reports for period_held in outcome.held)))
        if outcome.silent:
            results.append(self.text("some_silent", count=sum(silent_unit.count for silent_unit in outcome.silent)))
        if outcome.rechecked:
            results.append(self.text("rechecked", count=outcome.rechecked, doubted=len(outcome.doubted)))
        return " ".join(results)

    def finding(self, finding: RevalidationFinding) -> str:
        """Format why an accepted report would not be accepted as it is today."""
        result = [self.text("would_be_refused_today")] if not finding.verdict.accepted else []
        result += [self.text("placed_otherwise")] if finding.moved else []
        result += [self.text("read_otherwise", count=finding.changes)] if finding.changes else []
        return " ".join(result)

    def _judged(self, outcome: RunOutcome) -> str:
        if outcome.is_idle:
            return self.text("nothing_new")
        judged = len(outcome.verdicts)
        if outcome.refused:
            accepted, refused = outcome.counts["accepted"], len(outcome.refused)
            units = self._names(outcome.refused)
            return self.text("some_refused", accepted=accepted, refused=refused, judged=judged, units=units)
        return self.text("all_accepted", judged=judged)

    @staticmethod
    def _names(outcomes: Sequence[SubmissionOutcome]) -> str:
        """Return the first names, however long a file's name is, and the number of others."""
        names = [cut(outcome.name, NAME_LENGTH) for outcome in outcomes[:NAMES_LISTED]]
        more = len(outcomes) - len(names)
        return ", ".join(names) + (f" +{more}" if more else "")

    def table(self, refused: Sequence[SubmissionOutcome]) -> list[dict[str, str]]:
        """Return refused submissions as a table with short columns: unit, file, first issue, number of issues."""
        who, period, file, first, count = (
            self.text(f"column_{name}") for name in ("who", "period", "file", "first_fault", "faults")
        )
        return [
            {
                who: refused_report.label,
                period: refused_report.period or "",
                file: refused_report.file_name,
                first: self._first_title(refused_report.faults or refused_report.holds),
                count: str(len(refused_report.faults or refused_report.holds)),
            }
            for refused_report in refused
        ]

    def _first_title(self, issues: Sequence[Issue]) -> str:
        return self.catalog.issue_title(issues[0], self.lang) if issues else ""

    def held_table(self, held: Sequence[SubmissionOutcome]) -> list[dict[str, str]]:
        """Return held submissions as the table of refused ones, each with the command that releases it."""
        advice = self.text("column_decide")
        return [
            {**row, advice: self.text("how_to_release", unit=each.unit.code if each.unit else "?", period=each.period)}
            for each, row in zip(held, self.table(held), strict=True)
        ]

    def findings(self, doubted: Sequence[RevalidationFinding]) -> list[dict[str, str]]:
        """Return accepted reports that would not be accepted as they are today, as a table with short columns."""
        why = self.text("column_doubt")
        return [
            {**row, why: self.finding(finding)}
            for finding, row in zip(doubted, self.table([each.verdict for each in doubted]), strict=True)
        ]

    def lateness(self, silent: SilentPeriod) -> str:
        """Format a period's deadline, and the number of days past it; of an office's table, whose it is."""
        lateness = self.text(
            "silent_period",
            period=silent.period.id,
            count=silent.count,
            deadline=format_day(silent.deadline, self.lang),
            days=silent.days_late,
            working=silent.working_days_late,
        )
        form = self.catalog.forms.by_id.get(silent.form)
        if form is None or form.reporter is None:
            return lateness
        return self.text("silent_table", lateness=lateness, number=form.number, reporter=form.reporter.get(self.lang))

    def silent_area(self, area: SilentArea) -> str:
        """Format an area's number of silent units, and the deadline of its own report."""
        name = f"{area.name}, {area.above}" if area.above else area.name
        due = self.text("silent_due", due=format_day(area.due, self.lang)) if area.due else ""
        return self.text("silent_area", area=name, silent=len(area.silent), expected=area.expected) + due

    def silent_table(self, silent: Sequence[SilentPeriod]) -> list[dict[str, str]]:
        """Return silent units as a table with short columns, by area."""
        who, period, area, above, due, days = (
            self.text(f"column_{name}") for name in ("who", "period", "area", "above", "due", "days_late")
        )
        return [
            {
                area: silent_area.name,
                above: silent_area.above,
                who: f"{unit.code} {unit.name}",
                period: each.period.id,
                due: format_day(each.deadline, self.lang),
                days: str(each.days_late),
            }
            for each in silent
            for silent_area in each.areas
            for unit in silent_area.silent
        ]
