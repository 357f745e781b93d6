"""The receipt of a submission for its commune: a self-contained HTML page, and a note in plain text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from domain.aggregation import percentage
from domain.catalog.catalog import Catalog
from domain.indicators import Measure
from domain.issues import Issue, Severity
from domain.observations import CellState
from domain.submissions import SubmissionState
from domain.texts import Lang, cut, one_line
from domain.units import Level
from domain.vietnam_time import day_in_vietnam
from publishing.figures.formatter import ReportFormatter
from publishing.figures.formatting import format_day, format_number, format_percent, format_time
from publishing.page.rollup_page import render
from warehouse.queries import RepliedFigure, ReportReply

_MOST_LISTED = 30
_MOST_IN_NOTE = 15
_LONGEST_TEXT = 160


@dataclass(frozen=True, slots=True)
class ReceiptIssue:
    """An issue, formatted: its place, message and advice."""

    place: str
    message: str
    action: str


class ReadFigure(NamedTuple):
    """A figure as it was read, formatted, and its cell."""

    indicator: str
    numerator: str
    denominator: str
    share: str
    cell: str


class Receipt:
    """Content of page and note; `returned` is the file name of the workbook returned with them, "" for none."""

    def __init__(
        self, reply: ReportReply, catalog: Catalog, lang: Lang, returned: str = "", *, marked: bool = False
    ) -> None:
        """Format a reply; `marked`: the returned workbook is the commune's own with marks in it."""
        self.reply, self.formatter, self.lang = reply, ReportFormatter(catalog, lang), lang
        self._catalog, self._returned, self._marked = catalog, returned, marked

    @property
    def title(self) -> str:
        """Return the title of the page."""
        return self.formatter.text(f"receipt_{self._outcome}_title")

    @property
    def lead(self) -> str:
        """Return the sentence that states the outcome."""
        record = self.reply.record
        if record.state is SubmissionState.SUPERSEDED:
            return self.formatter.text("receipt_superseded_lead")
        if self._outcome == "accepted" and not self._counts:
            return self.formatter.text("receipt_beside_lead")
        return self.formatter.text(f"receipt_{self._outcome}_lead")

    @property
    def _counts(self) -> bool:
        """Return whether figures of the report's form enter the rollup."""
        record, catalog = self.reply.record, self._catalog
        if record.form is None or record.form not in catalog.forms.by_id or record.period is None:
            return True
        return catalog.counts_at_all(record.form, record.period)

    @property
    def _outcome(self) -> str:
        match self.reply.record.state:
            case SubmissionState.HELD:
                return "held"
            case SubmissionState.REPLACED_BEFORE_CHECK:
                return "replaced"
            case _:
                return "accepted" if self.reply.is_accepted else "refused"

    @cached_property
    def facts(self) -> list[tuple[str, str]]:
        """Return unit, period, form, file and times, each with its label."""
        record, text = self.reply.record, self.formatter.text
        unknown = text("receipt_unit_unknown")
        deadline = self._deadline
        facts = [
            (text("receipt_unit"), f"{record.unit_name} ({record.unit})" if record.unit else unknown),
            (text("receipt_period"), self.formatter.period_name(record.period) if record.period else unknown),
            (text("receipt_form"), self.formatter.form(record.form) or unknown),
            (text("receipt_file"), record.file.file_name),
            (text("receipt_delivered"), format_time(record.delivered_at, self.lang)),
            (text("receipt_landed"), format_time(record.landed_at, self.lang)),
        ]
        if deadline is not None:
            day = format_day(deadline, self.lang)
            is_late = day_in_vietnam(record.delivered_at) > deadline
            facts.append((text("receipt_deadline"), text("receipt_late", day=day) if is_late else day))
        return [*facts, (text("receipt_sha256"), record.file.sha256)]

    @property
    def steps(self) -> list[str]:
        """Return the next steps; none for a report that is accepted or was replaced by the sender's own later one."""
        if self._outcome == "held":
            return [self.formatter.text("receipt_next_held")]
        if self._outcome != "refused":
            return []
        how = "marked" if self._marked else "listed" if self._returned else "unattached"
        return [self.formatter.text(f"receipt_next_{how}", file=self._returned), self._until]

    @cached_property
    def faults(self) -> list[ReceiptIssue]:
        """Return the issues that have to be corrected."""
        return self._of_severity(Severity.CRITICAL)

    @cached_property
    def holds(self) -> list[ReceiptIssue]:
        """Return the issues that a person has to decide on."""
        return self._of_severity(Severity.HOLD)

    @cached_property
    def warnings(self) -> list[ReceiptIssue]:
        """Return the warnings."""
        return self._of_severity(Severity.WARNING)

    @property
    def repairs(self) -> list[ReceiptIssue]:
        """Return the cells that were read with a tolerance."""
        return [
            ReceiptIssue(
                repair.place,
                self.formatter.text(
                    "receipt_repair",
                    rule=self._catalog.texts.repair_text(repair, self.lang),
                    before=cut(repair.before, _LONGEST_TEXT),
                    after=cut(repair.read_as(self.lang), _LONGEST_TEXT),
                ),
                "",
            )
            for repair in self.reply.repairs
        ]

    @property
    def figures(self) -> list[ReadFigure]:
        """Return the unit's own figures, in the catalogue's order; those of villages are only counted."""
        known, unit = self._catalog.indicators, self.reply.record.unit
        own = {figure.indicator: figure for figure in self.reply.figures if figure.unit_code == unit}
        ordered = [*(each for each in known if each in own), *(each for each in own if each not in known)]
        return [self._figure(own[indicator]) for indicator in ordered]

    @property
    def villages(self) -> int:
        """Count the figures of villages."""
        return sum(figure.unit_code != self.reply.record.unit for figure in self.reply.figures)

    @property
    def judged(self) -> str:
        """Return the time at which the submission was checked."""
        return format_time(self.reply.judged_at, self.lang)

    @property
    def lists(self) -> list[tuple[str, list[ReceiptIssue]]]:
        """Return faults, holds, warnings and repairs, each list that has any with its heading."""
        lists = {"faults": self.faults, "holds": self.holds, "warnings": self.warnings, "repairs": self.repairs}
        return [(self.formatter.text(f"receipt_{kind}"), lines) for kind, lines in lists.items() if lines]

    def page(self) -> bytes:
        """Render the page, self-contained."""
        return render("receipt.html.j2", self.formatter, receipt=self, most=_MOST_LISTED)

    def note(self) -> bytes:
        """Render the note as UTF-8 with a byte order mark and CRLF, which Windows' Notepad needs."""
        return "\r\n".join(map(one_line, self._note_lines())).encode("utf-8-sig")

    def _note_lines(self) -> Iterator[str]:
        record, text = self.reply.record, self.formatter.text
        yield self.title.upper()
        yield f"{text('receipt_number', number=self.reply.number)} – " + text("receipt_judged", time=self.judged)
        yield ""
        yield text("note_greeting", unit=record.unit_name or text("note_sender"))
        yield self.lead
        yield ""
        yield from (f"{label}: {value}" for label, value in self.facts[:4])
        for heading, issues in (
            ("receipt_faults", self.faults),
            ("receipt_holds", self.holds),
            ("receipt_warnings", self.warnings),
        ):
            if issues:
                yield ""
                yield f"{text(heading).upper()} ({len(issues)})"
                for number, issue in enumerate(issues[:_MOST_IN_NOTE], 1):
                    yield f"{number}. {f'[{issue.place}] ' if issue.place else ''}{issue.message}"
                    yield f"   → {issue.action}"
                if len(issues) > _MOST_IN_NOTE:
                    yield text("receipt_more", count=len(issues) - _MOST_IN_NOTE)
        if self.steps:
            yield ""
            yield text("receipt_next").upper()
            yield from (f"- {step}" for step in self.steps)
        yield ""
        yield text("receipt_foot", number=self.reply.number)
        yield ""

    def _of_severity(self, severity: Severity) -> list[ReceiptIssue]:
        return [self._issue(issue) for issue in self.reply.issues if issue.severity is severity]

    def _issue(self, issue: Issue) -> ReceiptIssue:
        return ReceiptIssue(
            issue.place,
            self._catalog.issue_message(issue, self.lang),
            self._catalog.issue_action(issue, self.lang),
        )

    def _figure(self, figure: RepliedFigure) -> ReadFigure:
        indicator, share = self._catalog.indicators.get(figure.indicator), ""
        if indicator is not None and indicator.measure is Measure.RATIO and figure.numerator is not None:
            value = percentage(figure.numerator, figure.denominator)
            share = format_percent(value, self.lang) if value is not None else ""
        return ReadFigure(
            indicator=indicator.name.get(self.lang) if indicator else figure.indicator,
            numerator=self._number(figure.numerator, figure.numerator_state),
            denominator=self._number(figure.denominator, figure.denominator_state) if figure.denominator_state else "",
            share=share,
            cell=figure.cell,
        )

    def _number(self, number: Decimal | None, state: CellState) -> str:
        if number is not None:
            return format_number(number, self.lang)
        return self.formatter.text("receipt_blank" if state is CellState.BLANK else "receipt_not_applicable")

    @cached_property
    def _deadline(self) -> date | None:
        record = self.reply.record
        if record.form is None or record.form not in self._catalog.forms.by_id or record.period is None:
            return None
        return self._catalog.forms.deadline(record.form, record.period, Level.COMMUNE)

    @property
    def _until(self) -> str:
        deadline = self._deadline
        if deadline is None:
            return self.formatter.text("receipt_soon")
        is_over = day_in_vietnam(self.reply.judged_at) > deadline
        return self.formatter.text(
            "receipt_overdue" if is_over else "receipt_until", day=format_day(deadline, self.lang)
        )


def list_outcomes(receipts: Sequence[Receipt]) -> bytes:
    """Render the list of a delivery's reports with the outcome of each, as plain text that Windows' Notepad opens."""
    text = receipts[0].formatter.text
    lines = [text("receipt_list_title", file=receipts[0].reply.record.file.file_name, count=len(receipts)).upper(), ""]
    for number, receipt in enumerate(receipts, 1):
        unit, period, form, *_ = (value for _, value in receipt.facts)
        lines += [f"{number}. {unit} – {period} – {form}", f"   → {receipt.lead}"]
    return "\r\n".join(map(one_line, [*lines, ""])).encode("utf-8-sig")
