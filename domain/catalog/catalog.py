"""The catalogue: indicators, targets, forms, rules, units and texts as data, loaded and checked once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from domain.areas import NamedArea, find_area
from domain.catalog.areas import read_areas
from domain.catalog.checks import check_rules, check_units_named, gather_texts
from domain.catalog.errors import CatalogError
from domain.catalog.files import CatalogFiles
from domain.catalog.forms import (
    read_calendars,
    read_exemptions,
    read_forms,
    read_holidays,
    read_marks,
    read_obligations,
)
from domain.catalog.indicators import read_indicators, read_targets, read_themes
from domain.catalog.layouts import read_layouts
from domain.catalog.rules import read_rules
from domain.catalog.sample import read_sample
from domain.catalog.texts import CellMarks, IssueText, issue_facts, show, texts_of_rule
from domain.catalog.units import load_units
from domain.catalog.words import read_words
from domain.errors import TerminalError, UsageError
from domain.extents import territory_of
from domain.indicators import Indicator, Target, Theme
from domain.issues import Issue, Repair
from domain.layouts import Exemption, Form, Layout, Obligation
from domain.periods import Calendar, Period, add_working_days
from domain.report_words import ReportWords
from domain.rollups import Boundary
from domain.rules import Rule
from domain.texts import Lang, Text
from domain.units import Area, Level, OrgUnit, UnitRegister

__all__ = ["Catalog", "CatalogError", "CellMarks", "IssueText", "load_catalog"]

_SHIPPED = Path(__file__).resolve().parents[2] / "catalog"


@dataclass(frozen=True)
class Catalog:
    """Everything the catalogue says, frozen.

    `version` is a sha256 over its files, `structure_version` one over those that shape figures (units, areas,
    indicators, targets, calendars, forms, layouts, obligations).
    """

    root: Path
    version: str
    structure_version: str
    themes: Mapping[str, Theme]
    indicators: Mapping[str, Indicator]
    targets: tuple[Target, ...]
    calendars: Mapping[str, Calendar]
    holidays: frozenset[date]
    forms: Mapping[str, Form]
    layouts: tuple[Layout, ...]
    obligations: tuple[Obligation, ...]
    exemptions: tuple[Exemption, ...]
    rules: Mapping[str, Rule]
    issue_texts: Mapping[str, IssueText]
    repair_texts: Mapping[str, Text]
    texts: Mapping[str, Text]
    marks: CellMarks
    words: ReportWords
    areas: Mapping[str, NamedArea]
    units: UnitRegister = field(repr=False)
    sample: Mapping[str, object] = field(repr=False)

    def form(self, form: str) -> Form:
        """The form of that id.

        Raises:
            UsageError: there is none.
        """
        if form not in self.forms:
            raise UsageError(f"no form has the id {form!r}; known: {', '.join(self.forms)}")
        return self.forms[form]

    def layout(self, form: str, version: str) -> Layout:
        """The layout of a form in that version.

        Raises:
            UsageError: there is none.
        """
        known = [layout for layout in self.layouts if layout.form == self.form(form).id]
        result = next((layout for layout in known if layout.version == version), None)
        if result is None:
            versions = ", ".join(layout.version for layout in known)
            raise UsageError(f"form {form} has no layout {version!r}; known: {versions}")
        return result

    def layout_for(self, form: str, period: Period) -> Layout:
        """The newest layout of a form that is valid on the period's last day.

        Raises:
            UsageError: the form is unknown, or has no layout then.
        """
        day = self.last_day(form, period)
        results = [
            layout
            for layout in self.layouts
            if layout.form == form and layout.valid_from <= day and (layout.valid_to is None or day <= layout.valid_to)
        ]
        if not results:
            raise UsageError(f"form {form} has no layout for {period}")
        return max(results, key=lambda layout: layout.valid_from)

    def calendar_of(self, form: str) -> Calendar:
        """The calendar that a form goes by."""
        return self.calendars[self.form(form).calendar]

    def last_day(self, form: str, period: Period) -> date:
        """The day on which a period's data close, by the form's calendar."""
        return self.calendar_of(form).last_day(period)

    def deadline(self, form: str, period: Period, level: Level) -> date:
        """The last day on which a level may send the form: the cut-off plus the level's working days.

        Raises:
            UsageError: the form sets no deadline for the level.
        """
        last_day = self.last_day(form, period)
        try:
            days = self.form(form).working_days_due(level, last_day)
        except KeyError as missing:
            raise UsageError(f"form {form} sets no deadline for level {level}") from missing
        return add_working_days(last_day, days, self.holidays)

    def owes(self, form: str, unit: OrgUnit, period: Period) -> bool:
        """Whether an obligation holds for the unit on the period's last day, and no exemption from the whole form."""
        day = self.last_day(form, period)
        if unit.level is not self.form(form).level or not unit.holds_on(day):
            return False
        areas = self._areas_owing(form, day)
        return (
            bool(areas)
            and not areas.isdisjoint((unit.code, *(above.code for above in self.units.above(unit, day))))
            and not any(not exemption.indicators for exemption in self._exemptions_of(form, unit, day))
        )

    def owing_units(self, form: str, area: str, period: Period) -> tuple[OrgUnit, ...]:
        """The communes at or below an area that owe the form for a period, by code; of an officer's, also those across.

        Raises:
            UsageError: the code means no unit on the period's last day, and the id no area.
        """
        day = self.last_day(form, period)
        if area in self.areas:
            named = find_area(self.units, self.areas, area, closes=day, boundary=day)
            below = territory_of(self.units, named.members, day)
        else:
            top, level = self.units.get(area, day), self.form(form).level
            below = (top,) if top.level is level else self.units.descendants(area, day, level)
        return tuple(unit for unit in below if self.owes(form, unit, period))

    def area(self, code: str, form: str, period: Period, boundary: Boundary, today: date) -> Area:
        """What a unit's code or an officer's area id groups for a period.

        A unit is taken as it is on the period's last day, or as it is `today` when the boundary is as now; an
        officer's area always has the line of its own day.

        Raises:
            UsageError: the code means nothing then; the message says when it did and what to ask for instead.
        """
        closes = self.last_day(form, period)
        day = today if boundary is Boundary.AS_NOW else closes
        return find_area(self.units, self.areas, code, closes=closes, boundary=day)

    def due_indicators(self, form: str, unit: OrgUnit, period: Period) -> tuple[Indicator, ...]:
        """Indicators that a unit owes on the form for a period, in the form's order.

        Those in force on the period's last day, whose frequency has a period ending here (a quarterly one is due in
        the last month of a quarter only), and from which the unit is not exempt. None when it does not owe the form.
        """
        if not self.owes(form, unit, period):
            return ()
        day, layout = self.last_day(form, period), self.layout_for(form, period)
        exempt = {indicator for exemption in self._exemptions_of(form, unit, day) for indicator in exemption.indicators}
        results = (
            self.indicators[indicator]
            for indicator in layout.indicators + layout.village_indicators
            if indicator not in exempt
        )
        return tuple(indicator for indicator in results if indicator.holds_on(day) and period.ends(indicator.frequency))

    def register_denominator(self, indicator: str, unit: OrgUnit, on: date) -> int | None:
        """What the register says an indicator's denominator must be for a unit on a day.

        None when the indicator's denominator is not the register's, or the register holds no such unit below.
        """
        level = self.indicators[indicator].register_level
        if level is None:
            return None
        return 1 if unit.level is level else len(self.units.descendants(unit.code, on, level)) or None

    def villages(self, unit: OrgUnit, on: date) -> tuple[OrgUnit, ...]:
        """The registered villages and quarters of a unit on a day, by code."""
        return self.units.descendants(unit.code, on, Level.VILLAGE)

    def target(self, indicator: str, level: Level, area: str, year: int) -> Target | None:
        """The target of an indicator at a level in a year: the area's own before the one for everywhere."""
        result = self._targets.get((indicator, level, area, year))
        return result or self._targets.get((indicator, level, None, year))

    def text(self, key: str, lang: Lang, **facts: object) -> str:
        """A text of the catalogue with its facts filled in.

        Raises:
            TerminalError: no text has the key, or a fact it names was not given.
        """
        if key not in self.texts:
            raise TerminalError(f"the catalogue has no text {key!r}: add it to catalog/messages/")
        try:
            return self.texts[key].format(lang, facts)
        except KeyError as missing:
            raise TerminalError(f"the text {key!r} names {missing}, which was not given") from missing

    def issue_title(self, issue: Issue, lang: Lang) -> str:
        """What kind of thing is wrong, in a few words; missing facts show as "?"."""
        return self._show_issue(self._issue_text(issue).title, issue, lang)

    def issue_message(self, issue: Issue, lang: Lang) -> str:
        """What is wrong; missing facts show as "?"."""
        return self._show_issue(self._issue_text(issue).message, issue, lang)

    def issue_action(self, issue: Issue, lang: Lang) -> str:
        """What the official should do; missing facts show as "?"."""
        return self._show_issue(self._issue_text(issue).action, issue, lang)

    def repair_text(self, repair: Repair, lang: Lang) -> str:
        """By which tolerance a cell was read as something else; one of an older catalogue by its name."""
        text = self.repair_texts.get(repair.rule)
        return text.get(lang) if text else repair.rule

    def _issue_text(self, issue: Issue) -> IssueText:
        if issue.code in self.rules:
            return texts_of_rule(self.rules[issue.code])
        unknown = Text(issue.code, issue.code)  # a code from an older catalogue still has to be shown
        return self.issue_texts.get(issue.code) or IssueText(unknown, unknown, unknown, issue.severity)

    def _show_issue(self, text: Text, issue: Issue, lang: Lang) -> str:
        indicator = self.indicators.get(issue.indicator or "")
        units = self.units.versions(issue.unit or "")
        name = units[0].name if len(units) == 1 else None  # a code that meant two units names neither
        return show(text, lang, issue_facts(issue, indicator.name.get(lang) if indicator else None, name))

    def _areas_owing(self, form: str, day: date) -> frozenset[str]:
        return frozenset(
            obligation.area
            for obligation in self.obligations
            if obligation.form == form
            and obligation.valid_from <= day
            and (obligation.valid_to is None or day <= obligation.valid_to)
        )

    def _exemptions_of(self, form: str, unit: OrgUnit, day: date) -> list[Exemption]:
        return [
            exemption
            for exemption in self.exemptions
            if exemption.unit == unit.code
            and exemption.form == form
            and exemption.valid_from <= day
            and (exemption.valid_to is None or day <= exemption.valid_to)
        ]

    @cached_property
    def _targets(self) -> dict[tuple[str, Level, str | None, int], Target]:
        return {(target.indicator, target.level, target.area, target.year): target for target in self.targets}


def load_catalog(root: Path | None = None) -> Catalog:
    """Read and check a catalogue; None means the one that ships with the package.

    Raises:
        CatalogError: something in it cannot be used; the message names file, line, problem and remedy.
    """
    files = CatalogFiles(root or _SHIPPED)
    themes = read_themes(files)
    indicators = read_indicators(files, themes)
    calendars = read_calendars(files)
    forms = read_forms(files, calendars)
    layouts = read_layouts(files, forms, indicators)
    units = load_units(files, indicators)
    rules = check_rules(read_rules(files), indicators)
    obligations = check_units_named(read_obligations(files, forms), units, lambda unit: unit.area)
    exemptions = check_units_named(read_exemptions(files, forms), units, lambda item: item.unit)
    messages = gather_texts(files, rules, indicators)
    return Catalog(
        root=files.root,
        version=files.version,
        structure_version=files.structure_version,
        themes=MappingProxyType(themes),
        indicators=MappingProxyType(indicators),
        targets=read_targets(files, indicators),
        calendars=MappingProxyType(calendars),
        holidays=read_holidays(files),
        forms=MappingProxyType(forms),
        layouts=layouts,
        obligations=obligations,
        exemptions=exemptions,
        rules=MappingProxyType(rules),
        issue_texts=MappingProxyType(messages.issues),
        repair_texts=MappingProxyType(messages.repairs),
        texts=MappingProxyType(messages.texts),
        marks=read_marks(files),
        words=read_words(files, units),
        areas=MappingProxyType(read_areas(files, units)),
        units=units,
        sample=MappingProxyType(read_sample(files, indicators, units)),
    )
