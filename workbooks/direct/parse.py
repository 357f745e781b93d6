"""Report parsing, directly where a stamped form is unchanged, else carefully: both ways give equal reports."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.indicators import Measure
from domain.observations import CellState, Figure, Observation
from domain.periods import parse_period
from domain.submissions import ParsedReport
from workbooks.cells.guards import Limits, RefusedError, check_name
from workbooks.container.archive import Archive, open_archive
from workbooks.direct.facts import PERIOD, UNIT, facts_of, is_place_line, village_fact
from workbooks.direct.plan import FormPlan, LinePlan, SheetPlan, make_plan
from workbooks.direct.skeleton import (
    BLANK,
    NUMBER,
    TEXT,
    Content,
    NotDirectError,
    SheetCells,
    SplitWorkbook,
    split_workbook,
)
from workbooks.direct.values import is_plain_unit, is_remark, percentage, text_of, whole_number
from workbooks.identify.hints import Hints, codes_in_name, periods_in_name, units_in_name
from workbooks.report.parse import parse_report
from workbooks.report.yes_no import NO, YES
from workbooks.template.assignment import Assignment, assign
from workbooks.text.catalog_cache import cached_per_catalog
from workbooks.text.heading_vocabulary import heading_vocabulary_of

_SKELETONS, _PLANS = 512, 128
"""Skeletons and plans remembered in a process; a plan takes about 200 kB."""
_ATTEMPTS = 16
"""Most plans made of a skeleton: one for each set of due indicators and number of villages."""
_NO_RESULT: Content = (NUMBER, b"0")
_SMALLEST, _LARGEST = 1 << 10, 1 << 20
"""Bytes of a file that may be a filled-in form."""


_Key = tuple[bytes, Limits]
"""A skeleton, and the limits that its file passed: others may refuse what these let through."""
LearntPlan = tuple[_Key, FormPlan]
"""A plan and what it is kept under; it can be handed to the parser of another process."""


@dataclass(slots=True)
class _Skeleton:
    """What is known of a skeleton: its plans, and how often one was to be made."""

    plans: list[FormPlan] = field(default_factory=list)
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class _SplitFile:
    """A file that may be an unchanged form, taken apart."""

    data: bytes
    archive: Archive
    split: SplitWorkbook

    @property
    def key(self) -> _Key:
        """Return what its plans are kept under."""
        return self.split.skeleton, self.archive.limits


def _open(data: bytes, hints: Hints, limits: Limits) -> _SplitFile | None:
    """Take a file apart, None if it cannot be parsed directly."""
    if not _SMALLEST < len(data) < _LARGEST:
        return None
    try:
        check_name(hints.file_name, len(data))
        archive = open_archive(data, limits)
        return _SplitFile(data, archive, split_workbook(archive))
    except (NotDirectError, RefusedError):
        return None


@dataclass(slots=True)
class DirectParser:
    """Parser that learns a skeleton's plans from files that the careful way found clean and equal to our template.

    A skeleton is learnt when it comes for the second time: making a template takes as long as parsing ten files.
    `direct` counts the files that went directly.
    """

    catalog: Catalog
    direct: int = 0
    _skeletons: OrderedDict[_Key, _Skeleton] = field(default_factory=OrderedDict)
    _learnt: list[LearntPlan] = field(default_factory=list)

    def parse(self, data: bytes, hints: Hints, limits: Limits) -> ParsedReport:
        """Return the report of a file, as `parse_report` does."""
        opened = _open(data, hints, limits)
        report, is_known = self._directly(opened, hints) if opened is not None else (None, True)
        if report is not None:
            self.direct += 1
            return report
        report = parse_report(data, self.catalog, hints, limits)
        if opened is not None and not is_known:
            self._learn(opened, report)
        return report

    def parse_known(self, data: bytes, hints: Hints, limits: Limits) -> ParsedReport | None:
        """Return the report of a file that goes directly, None of every other."""
        opened = _open(data, hints, limits)
        return self._directly(opened, hints)[0] if opened is not None else None

    def learnt(self) -> list[LearntPlan]:
        """Return the plans learnt since this was last called."""
        plans, self._learnt = self._learnt, []
        return plans

    def adopt(self, plans: Iterable[LearntPlan]) -> None:
        """Take over what another parser of the same catalogue learnt."""
        for key, plan in plans:
            known = self._skeletons.setdefault(key, _Skeleton())
            if plan not in known.plans:
                known.plans.append(plan)

    def _directly(self, opened: _SplitFile, hints: Hints) -> tuple[ParsedReport | None, bool]:
        """Return the report of a file that goes directly, and whether a plan fits, be it that figures are unusual."""
        known = self._skeletons.get(opened.key)
        if known is None:
            return None, False
        self._skeletons.move_to_end(opened.key)
        is_known = False
        for plan in known.plans:
            try:
                application = _Application(plan, self.catalog, opened.split)
                is_known = True
                return application.report(hints), True
            except (NotDirectError, UsageError):
                continue
        return None, is_known

    def _learn(self, opened: _SplitFile, report: ParsedReport) -> None:
        known = self._skeletons.get(opened.key)
        if known is None:
            self._skeletons[opened.key] = _Skeleton()
        elif known.attempts < _ATTEMPTS and _teaches(report):
            known.attempts += 1
            plan = self._plan(opened, report)
            if plan is not None and plan not in known.plans:
                known.plans.append(plan)
                self._learnt.append((opened.key, plan))
        while len(self._skeletons) > _SKELETONS or sum(len(each.plans) for each in self._skeletons.values()) > _PLANS:
            self._skeletons.popitem(last=False)

    def _plan(self, opened: _SplitFile, report: ParsedReport) -> FormPlan | None:
        if report.form is None or report.unit is None or report.period is None:
            return None
        try:
            assignment = assign(self.catalog, report.form, report.unit, report.period)
        except UsageError:
            return None
        return make_plan(opened.archive, opened.data, opened.split, report, assignment)


def _teaches(report: ParsedReport) -> bool:
    """Return whether a plan may be made of a report: one whose unit's name is read with care fits no plan."""
    return not report.issues and not report.repairs and report.unit is not None and is_plain_unit(report.unit)


class _Application:
    """Application of a plan to a workbook."""

    def __init__(self, plan: FormPlan, catalog: Catalog, split: SplitWorkbook) -> None:
        """Compare what is fixed, and collect what is not.

        Raises:
            NotDirectError: something fixed differs from the plan, or unit and period do.
            UsageError: the unit owes no such report.
        """
        self._plan = plan
        self._catalog = catalog
        self._stated: list[tuple[str, str]] = []
        self._places: list[str] = []
        self._contents: dict[str, dict[str, Content]] = {}
        for sheet, cells in zip(plan.sheets, split.sheets, strict=True):
            self._compare(sheet, cells)
        for fixed, value in zip(plan.properties, split.properties, strict=True):
            if isinstance(fixed, str):
                self._stated.append((fixed, text_of((TEXT, value))))
            elif fixed != value:
                raise NotDirectError("another property")
        self._assignment = self._assigned()

    def _compare(self, sheet: SheetPlan, cells: SheetCells) -> None:
        content_of = cells.contents.__getitem__
        if tuple(map(content_of, sheet.kept)) != sheet.fixed:
            raise NotDirectError("something fixed was changed")
        if not all(is_remark(text_of(content_of(number)), self._catalog) for number in sheet.remarks):
            raise NotDirectError("a remark")
        self._stated += ((fact, text_of(content_of(number))) for number, fact in sheet.facts)
        self._places += (text_of(content_of(number)) for number in sheet.places)
        self._contents[sheet.name] = dict(zip(sheet.figures, map(content_of, sheet.figures.values()), strict=True))

    def report(self, hints: Hints) -> ParsedReport:
        """Return the report.

        Raises:
            NotDirectError: facts disagree, or a cell holds what the careful way has to interpret.
        """
        assignment = self._assignment
        facts = facts_of(assignment)
        if any(facts.get(name) != text for name, text in self._stated):
            raise NotDirectError("other facts")
        if not all(is_place_line(text, assignment) for text in self._places):
            raise NotDirectError("another place or day")
        if not _agree(hints, assignment):
            raise NotDirectError("another unit or period in a name")
        observations = tuple(self._observation(line, facts) for line in self._plan.lines)
        if all(observation.numerator.state is CellState.BLANK for observation in observations):
            raise NotDirectError("nothing filled in")
        return ParsedReport(
            assignment.unit, assignment.period, self._plan.form, self._plan.version, observations, (), ()
        )

    def _assigned(self) -> Assignment:
        stated = dict(self._stated)
        if UNIT not in stated or PERIOD not in stated:
            raise NotDirectError("no stamp")
        period = parse_period(stated[PERIOD])
        forms = self._catalog.forms
        unit = self._catalog.units.find(stated[UNIT], forms.last_day(self._plan.form, period))
        if unit is None or unit.level is not forms.form(self._plan.form).level:
            raise NotDirectError("no such unit")
        assignment = assign(self._catalog, self._plan.form, unit, period)
        villages = self._catalog.units.villages(unit, assignment.last_day)
        is_same = (assignment.layout.version, assignment.due, len(villages)) == (
            self._plan.version,
            self._plan.due,
            self._plan.villages,
        )
        if not is_same or not is_plain_unit(unit) or not is_plain_unit(assignment.upper):
            raise NotDirectError("another layout, or a name to be read with care")
        return assignment

    def _observation(self, line: LinePlan, facts: Mapping[str, str]) -> Observation:
        unit = facts[UNIT] if line.village is None else facts[village_fact("village_code", line.village)]
        contents = self._contents[line.sheet]
        content = contents.get(line.numerator, BLANK)
        if line.is_answer:
            return self._answer(line, unit, content)
        numerator = whole_number(content, line.numerator)
        if line.denominator is None:
            return Observation(unit, line.indicator, line.sheet, numerator)
        denominator = whole_number(contents.get(line.denominator, BLANK), line.denominator)
        stated = None
        if line.percent is not None:
            computed = None
            if numerator.number is not None and denominator.number:
                computed = 100 * numerator.number / denominator.number
            result = contents.get(line.percent, BLANK)
            if not self._plan.is_uncalculated or result != _NO_RESULT:
                stated = percentage(result, line.percent, computed)
        return Observation(unit, line.indicator, line.sheet, numerator, denominator, stated)

    def _answer(self, line: LinePlan, unit: str, content: Content) -> Observation:
        text = text_of(content)
        answers = _answers(self._catalog)
        if text and text not in answers:
            raise NotDirectError("another answer")
        answer = answers.get(text)
        state = CellState.BLANK if answer is None else CellState.VALUE if answer else CellState.ZERO
        numerator = Figure(state, answer, line.numerator, text)
        denominator = None
        if self._catalog.indicators[line.indicator].measure is Measure.RATIO:
            known = answer is not None
            denominator = Figure(
                CellState.VALUE if known else state, Decimal(1) if known else None, line.numerator, text
            )
        return Observation(unit, line.indicator, line.sheet, numerator, denominator)


@cached_per_catalog
def _answers(catalog: Catalog) -> Mapping[str, Decimal]:
    """Return the two answers that the template's list offers."""
    return {catalog.texts.text(YES, "vi"): Decimal(1), catalog.texts.text(NO, "vi"): Decimal(0)}


def _agree(hints: Hints, assignment: Assignment) -> bool:
    """Return whether the names of file and folders name no other unit and no other period."""
    catalog, unit = assignment.catalog, assignment.unit
    vocabulary = heading_vocabulary_of(catalog)
    for name in (hints.file_name, *hints.folders):
        named = (
            {other.code for other in catalog.units.by_name(words, assignment.last_day, unit.level)}
            for words in units_in_name(name, vocabulary)
        )
        if (
            not periods_in_name(name, vocabulary) <= {assignment.period}
            or not set(codes_in_name(name)) <= {unit.code}
            or unit.code not in next(filter(None, named), {unit.code})
        ):
            return False
    return True


def parse_directly(data: bytes, catalog: Catalog, hints: Hints, limits: Limits | None = None) -> ParsedReport:
    """Parse a file as `parse_report` does, with one parser a process."""
    return parser_of(catalog).parse(data, hints, limits or Limits())


@cached_per_catalog
def parser_of(catalog: Catalog) -> DirectParser:
    """Return this process's parser for a catalogue."""
    return DirectParser(catalog)
