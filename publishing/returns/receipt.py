"""What a commune gets of its report: a page of proof that opens by double-click, and a short note in plain text."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from domain.aggregation import percentage
from domain.catalog.catalog import Catalog
from domain.indicators import Measure
from domain.issues import Issue, Severity
from domain.observations import CellState, Figure, Observation
from domain.submissions import SubmissionState
from domain.texts import Lang, cut
from domain.units import Level
from domain.vietnam_time import day_in_vietnam
from publishing.figures.assemble import period_name
from publishing.figures.formatter import ReportFormatter
from publishing.figures.formatting import format_day, format_number, format_percent, format_time
from publishing.page.rollup_page import render
from warehouse.queries import Reply

_MOST_TOLD = 30
_MOST_IN_NOTE = 15
_HOW_LONG = 160


@dataclass(frozen=True, slots=True)
class ReceiptIssue:
    """An issue in words: where it is, what is wrong, what to do."""

    place: str
    message: str
    action: str


@dataclass(frozen=True, slots=True)
class ReadFigure:
    """A figure as it was read, in words, and its cell."""

    indicator: str
    numerator: str
    denominator: str
    share: str
    cell: str


class Receipt:
    """What page and note say of one submission; `returned` is the name of the workbook beside them, "" for none."""

    def __init__(self, reply: Reply, catalog: Catalog, lang: Lang, returned: str = "", *, marked: bool = False) -> None:
        """Put a reply into words."""
        self.reply, self.words, self.lang = reply, ReportFormatter(catalog, lang), lang
        self._catalog, self._returned, self._marked = catalog, returned, marked

    @property
    def title(self) -> str:
        """What the page is."""
        return self.words.text(f"receipt_{'accepted' if self.reply.is_accepted else 'refused'}_title")

    @property
    def lead(self) -> str:
        """What became of the report."""
        stands = self.reply.record.state
        which = "superseded" if stands is SubmissionState.SUPERSEDED else "accepted"
        return self.words.text(f"receipt_{which if self.reply.is_accepted else 'refused'}_lead")

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Who sent what, when: label and value."""
        record, text = self.reply.record, self.words.text
        unknown = text("receipt_unit_unknown")
        deadline = self._deadline
        facts = [
            (text("receipt_unit"), f"{record.unit_name} ({record.unit})" if record.unit else unknown),
            (text("receipt_period"), period_name(record.period, self.words) if record.period else unknown),
            (text("receipt_form"), self.words.form(record.form) or unknown),
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
        """What to do now; nothing for an accepted report."""
        if self.reply.is_accepted:
            return []
        how = "marked" if self._marked else "listed"
        return [self.words.text(f"receipt_next_{how}", file=self._returned), self._until]

    @property
    def faults(self) -> list[ReceiptIssue]:
        """What has to be mended."""
        return self._as_shown(Severity.CRITICAL)

    @property
    def warnings(self) -> list[ReceiptIssue]:
        """What should be looked at."""
        return self._as_shown(Severity.WARNING)

    @property
    def repairs(self) -> list[ReceiptIssue]:
        """What was read with tolerance."""
        return [
            ReceiptIssue(
                repair.place,
                self.words.text(
                    "receipt_repair",
                    rule=self._catalog.repair_text(repair, self.lang),
                    before=cut(repair.before, _HOW_LONG),
                    after=cut(repair.after, _HOW_LONG),
                ),
                "",
            )
            for repair in self.reply.repairs
        ]

    @property
    def figures(self) -> list[ReadFigure]:
        """The report's own figures, in the catalogue's order; those of villages are only counted."""
        order = {indicator: place for place, indicator in enumerate(self._catalog.indicators)}
        own = [figure for figure in self.reply.figures if figure.unit == self.reply.record.unit]
        return [
            self._figure(other_own_indicator)
            for other_own_indicator in sorted(
                own, key=lambda own_indicator: order.get(own_indicator.indicator, len(order))
            )
        ]

    @property
    def villages(self) -> int:
        """How many figures of villages were read."""
        return sum(figure.unit != self.reply.record.unit for figure in self.reply.figures)

    @property
    def judged(self) -> str:
        """When it was judged."""
        return format_time(self.reply.judged_at, self.lang)

    @property
    def lists(self) -> list[tuple[str, list[ReceiptIssue]]]:
        """All that was found, each kind under its heading."""
        results = {"faults": self.faults, "warnings": self.warnings, "repairs": self.repairs}
        return [(self.words.text(f"receipt_{kind}"), item) for kind, item in results.items()]

    def page(self) -> bytes:
        """The page, with everything inside it."""
        return render("receipt.html.j2", self.words, receipt=self, most=_MOST_TOLD)

    def note(self) -> bytes:
        """The note, as the plainest programs of Windows show it rightly."""
        return "\r\n".join(self._note_lines()).encode("utf-8-sig")

    def _note_lines(self) -> Iterator[str]:
        record, text = self.reply.record, self.words.text
        yield self.title.upper()
        yield f"{text('receipt_number', number=self.reply.number)} – " + text("receipt_judged", time=self.judged)
        yield ""
        yield text("note_greeting", unit=record.unit_name or text("note_sender"))
        yield self.lead
        yield ""
        yield from (f"{label}: {value}" for label, value in self.facts[:4])
        for heading, entry in (("receipt_faults", self.faults), ("receipt_warnings", self.warnings)):
            if entry:
                yield ""
                yield f"{text(heading).upper()} ({len(entry)})"
                for number, item in enumerate(entry[:_MOST_IN_NOTE], 1):
                    yield f"{number}. {f'[{item.place}] ' if item.place else ''}{item.message}"
                    yield f"   → {item.action}"
                if len(entry) > _MOST_IN_NOTE:
                    yield text("receipt_more", count=len(entry) - _MOST_IN_NOTE)
        if self.steps:
            yield ""
            yield text("receipt_next").upper()
            yield from (f"- {step}" for step in self.steps)
        yield ""
        yield text("receipt_foot", number=self.reply.number)
        yield ""

    def _as_shown(self, severity: Severity) -> list[ReceiptIssue]:
        results = [issue for issue in self.reply.issues if issue.severity is severity]
        return [self._in_words(issue) for issue in results]

    def _in_words(self, issue: Issue) -> ReceiptIssue:
        return ReceiptIssue(
            issue.place,
            self._catalog.issue_message(issue, self.lang),
            self._catalog.issue_action(issue, self.lang),
        )

    def _figure(self, observation: Observation) -> ReadFigure:
        indicator = self._catalog.indicators.get(observation.indicator)
        share = ""
        number, whole = (
            observation.numerator.number,
            observation.denominator.number if observation.denominator else None,
        )
        if indicator is not None and indicator.measure is Measure.RATIO and number is not None:
            value = percentage(number, whole)
            share = format_percent(value, self.lang) if value is not None else ""
        return ReadFigure(
            indicator=indicator.name.get(self.lang) if indicator else observation.indicator,
            numerator=self._number(observation.numerator),
            denominator=self._number(observation.denominator) if observation.denominator else "",
            share=share,
            cell=observation.numerator.cell,
        )

    def _number(self, figure: Figure) -> str:
        if figure.number is not None:
            return format_number(figure.number, self.lang)
        is_blank = figure.state is CellState.BLANK
        return self.words.text("receipt_blank" if is_blank else "receipt_not_applicable")

    @property
    def _deadline(self) -> date | None:
        record = self.reply.record
        if record.form is None or record.form not in self._catalog.forms or record.period is None:
            return None
        return self._catalog.deadline(record.form, record.period, Level.COMMUNE)

    @property
    def _until(self) -> str:
        deadline = self._deadline
        if deadline is None:
            return self.words.text("receipt_soon")
        is_over = day_in_vietnam(self.reply.judged_at) > deadline
        return self.words.text("receipt_overdue" if is_over else "receipt_until", day=format_day(deadline, self.lang))
