"""The catalogue: its parts, loaded and checked once, and the questions that take several of them."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from domain.areas import NamedArea, find_area
from domain.catalog import checks
from domain.catalog.areas import TilePlaces, read_areas, read_tiles
from domain.catalog.files import SHIPPED, CatalogError, CatalogFiles
from domain.catalog.forms import Forms, read_forms
from domain.catalog.indicators import read_indicators, read_themes
from domain.catalog.marks import CellMarks, read_marks
from domain.catalog.obligations import Obligations, OwedForm, Precedence, read_obligations, read_precedence
from domain.catalog.reminders import read_reminders
from domain.catalog.rules import read_rules
from domain.catalog.sample import read_sample
from domain.catalog.targets import Targets, read_targets
from domain.catalog.texts import IssueText, Texts, issue_facts, numbers_of, read_texts, show
from domain.catalog.units import read_units
from domain.catalog.words import read_words
from domain.extents import territory_of
from domain.indicators import Indicator, Measure, Theme
from domain.issues import Issue
from domain.layouts import ReminderStep
from domain.periods import Period
from domain.report_words import ReportWords
from domain.rollups import Boundary
from domain.rules import Rule
from domain.sample import SampleParameters
from domain.texts import Lang, Text, with_decimal_mark
from domain.units import Area, Level, OrgUnit, UnitRegister

__all__ = ["SHIPPED", "Catalog", "CatalogError", "load_catalog"]

_NUMBER = re.compile(r"-?[0-9][0-9 .,\u00a0]*%?")


@dataclass(frozen=True)
class Catalog:
    """All parts of a catalogue; code that needs one part takes that part, and its module's `load_…` reads it alone.

    `version` is a sha256 over its files, `structure_version` one over those that shape figures (units, areas,
    indicators, targets, calendars, forms, layouts, obligations).
    """

    root: Path
    version: str
    structure_version: str
    themes: Mapping[str, Theme]
    indicators: Mapping[str, Indicator]
    targets: Targets
    forms: Forms
    obligations: Obligations
    precedence: Precedence
    reminders: tuple[ReminderStep, ...]
    rules: Mapping[str, Rule]
    texts: Texts
    marks: CellMarks
    words: ReportWords
    areas: Mapping[str, NamedArea]
    tiles: TilePlaces
    units: UnitRegister = field(repr=False)
    sample: SampleParameters = field(repr=False)
    _asked_for: dict[tuple[str, Period, bool], tuple[Indicator, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _owed: dict[tuple[str, Period], OwedForm] = field(init=False, repr=False, compare=False, default_factory=dict)
    _asked_ids: dict[tuple[str, Period], frozenset[str]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _counting: dict[tuple[str, Period], bool] = field(init=False, repr=False, compare=False, default_factory=dict)

    def lead_indicators(self, among: Collection[str]) -> tuple[str, ...]:
        """The main indicators of the headline themes: of each its first ratio in the catalogue's order, else its first.

        Args:
            among: The indicators that have a figure; others lead nothing.
        """
        results: dict[str, Indicator] = {}
        for indicator in self.indicators.values():
            theme = self.themes.get(indicator.theme)
            if indicator.id in among and theme is not None and theme.headline:
                lead = results.setdefault(theme.id, indicator)
                if lead.measure is not Measure.RATIO and indicator.measure is Measure.RATIO:
                    results[theme.id] = indicator
        return tuple(indicator.id for indicator in results.values())

    def owes(self, form: str, unit: OrgUnit, period: Period) -> bool:
        """Whether an obligation holds for the unit on the period's last day, and no exemption from the whole form."""
        owing = self._owed_on(form, period)
        if unit.level is not owing.level or not unit.holds_on(owing.day):
            return False
        is_inside = unit.code in owing.areas or any(
            above.code in owing.areas for above in self.units.above(unit, owing.day)
        )
        return is_inside and all(exemption.indicators for exemption in owing.exemptions.get(unit.code, ()))

    def _owed_on(self, form: str, period: Period) -> OwedForm:
        """Return by whom a form is owed for a period, looked up once for all units."""
        key = form, period
        if key not in self._owed:
            day, obligations = self.forms.last_day(form, period), self.obligations
            areas, exemptions = obligations.areas_owing(form, day), obligations.exemptions_from(form, day)
            self._owed[key] = OwedForm(day, self.forms.form(form).level, areas, exemptions)
        return self._owed[key]

    def owing_units(self, form: str, area: str, period: Period) -> tuple[OrgUnit, ...]:
        """The communes at or below an area that owe the form for a period, by code; of an officer's, also those across.

        Raises:
            UsageError: the code means no unit on the period's last day, and the id no area.
        """
        day = self.forms.last_day(form, period)
        if area in self.areas:
            named = find_area(self.units, self.areas, area, closes=day, boundary=day)
            below = territory_of(self.units, named.members, day)
        else:
            top, level = self.units.get(area, day), self.forms.form(form).level
            below = (top,) if top.level is level else self.units.descendants(area, day, level)
        return tuple(unit for unit in below if self.owes(form, unit, period))

    def lies_in(self, unit: OrgUnit, areas: Collection[str], day: date) -> bool:
        """Return whether a unit lies in one of some areas (codes or ids), or is one of them, on a day.

        Where the unit was not valid on the day, the nearest day counts on which it was. An officer's area has the units
        that share its territory.
        """
        day = max(unit.valid_from, min(day, unit.valid_to or day))
        if unit.code in areas or any(above.code in areas for above in self.units.above(unit, day)):
            return True
        return any(
            unit.key in {each.key for each in territory_of(self.units, self.areas[area].members, day)}
            for area in areas
            if area in self.areas
        )

    def area(self, code: str, form: str, period: Period, boundary: Boundary, today: date) -> Area:
        """What a unit's code or an officer's area id groups for a period.

        A unit is taken as it is on the period's last day, or as it is `today` when the boundary is as now; an
        officer's area always has the line of its own day.

        Raises:
            UsageError: the code means nothing then; the message says when it did and what to ask for instead.
        """
        closes = self.forms.last_day(form, period)
        day = today if boundary is Boundary.AS_NOW else closes
        return find_area(self.units, self.areas, code, closes=closes, boundary=day)

    def due_indicators(self, form: str, unit: OrgUnit, period: Period) -> tuple[Indicator, ...]:
        """Indicators that a unit owes on the form for a period, in the form's order.

        Those in force on the period's last day, whose frequency has a period ending here (a quarterly one is due in
        the last month of a quarter only), and from which the unit is not exempt. Those collected by village are owed
        only where the register has villages: others could not be attributed. None when the unit does not owe the form.
        """
        return self.due_of_owing(form, unit, period) if self.owes(form, unit, period) else ()

    def due_of_owing(self, form: str, unit: OrgUnit, period: Period) -> tuple[Indicator, ...]:
        """Return the `due_indicators` of a unit that owes the form for the period."""
        owing = self._owed_on(form, period)
        due = self._in_force(form, period, has_villages=bool(self.units.villages(unit, owing.day)))
        if unit.code in owing.exemptions:
            exempt = {indicator for exemption in owing.exemptions[unit.code] for indicator in exemption.indicators}
            return tuple(indicator for indicator in due if indicator.id not in exempt)
        return due

    def _in_force(self, form: str, period: Period, *, has_villages: bool = True) -> tuple[Indicator, ...]:
        """Return the indicators that a form asks for in a period, of units with villages or without.

        Looked up once for all units: the same tuple means the same indicators, which need not be compared.
        """
        key = form, period, has_villages
        if key not in self._asked_for:
            day, layout = self.forms.last_day(form, period), self.forms.layout_for(form, period)
            results = (self.indicators[indicator] for indicator in layout.indicators + layout.village_indicators)
            self._asked_for[key] = tuple(
                indicator
                for indicator in results
                if indicator.holds_on(day)
                and period.ends(indicator.frequency)
                and (has_villages or indicator.collected_at is not Level.VILLAGE)
            )
        return self._asked_for[key]

    def asks(self, form: str, indicator: str, period: Period) -> bool:
        """Whether a form asks for an indicator in a period, of whichever unit."""
        key = form, period
        if key not in self._asked_ids:
            day = self.forms.last_day(form, period)
            has_layout = any(each.form == form and each.holds_on(day) for each in self.forms.layouts)
            in_force = self._in_force(form, period) if has_layout else ()
            self._asked_ids[key] = frozenset(each.id for each in in_force)
        return indicator in self._asked_ids[key]

    def counting_form(self, indicator: Indicator, form: str, period: Period) -> str:
        """The form whose figure of an indicator counts for a period: of those that ask for it then, as is stated.

        A sum counts from the form from which its parts do.
        """
        name = indicator.parts[0].indicator if indicator.is_sum else indicator.id
        stated = self.precedence.form_on(name, self.forms.last_day(form, period))
        return stated if stated is not None and self.asks(stated, name, period) else form

    def counts_at_all(self, form: str, period: Period) -> bool:
        """Whether any figure of a form counts in a period; else all of them are only shown beside those that do."""
        key = form, period
        if key not in self._counting:
            due = [each for each in self.indicators.values() if self.asks(form, each.id, period)]
            is_rival = form in self.precedence.rivals and bool(due)
            self._counting[key] = not is_rival or any(self.counting_form(each, form, period) == form for each in due)
        return self._counting[key]

    def counts_from(self, other: str, form: str, period: Period) -> bool:
        """Whether a figure that is published with those of a form counts from another form in a period."""
        return any(
            self.asks(form, name, period)
            and self.counting_form(indicator, form, period) == other
            and self.publishing_form(indicator, form, period) == form
            for name, indicator in self.indicators.items()
            if name in self.precedence.counting
        )

    def publishing_form(self, indicator: Indicator, form: str, period: Period) -> str:
        """The form among whose figures an indicator of a form is published, once: a form of units before a table."""
        name = indicator.parts[0].indicator if indicator.is_sum else indicator.id
        counting = self.counting_form(indicator, form, period)
        asking = [each for each in (counting, form, *self.forms.by_id) if self.asks(each, name, period)]
        return next((each for each in asking if self.forms.form(each).reporter is None), counting)

    def sums_due(self, due: Collection[Indicator], day: date) -> tuple[Indicator, ...]:
        """Return the sums of parts that are in force on a day and all of whose parts are due, in catalogue order."""
        parts = {indicator.id for indicator in due}
        return tuple(
            indicator
            for indicator in self.indicators.values()
            if indicator.is_sum
            and indicator.holds_on(day)
            and parts.issuperset(part.indicator for part in indicator.parts)
        )

    def register_denominator(self, indicator: str, unit: OrgUnit, on: date) -> int | None:
        """Return the denominator that the register sets for a unit on a day.

        None when the indicator's denominator is not the register's, or the register holds no such unit below.
        """
        level = self.indicators[indicator].register_level
        if level is None:
            return None
        return 1 if unit.level is level else len(self.units.descendants(unit.code, on, level)) or None

    def issue_title(self, issue: Issue, lang: Lang) -> str:
        """What kind of thing is wrong, in a few words; missing facts show as "?"."""
        return self._show_issue(self._issue_text(issue).title, issue, lang)

    def issue_message(self, issue: Issue, lang: Lang) -> str:
        """What is wrong; missing facts show as "?"."""
        return self._show_issue(self._issue_text(issue).message, issue, lang)

    def issue_action(self, issue: Issue, lang: Lang) -> str:
        """What the official should do; missing facts show as "?"."""
        return self._show_issue(self._issue_text(issue).action, issue, lang)

    def issue_expected(self, issue: Issue, lang: Lang) -> str:
        """What was expected, as a comparison where it is a number: no figure that a person might just type."""
        if not issue.expected:
            return ""
        text = self._issue_text(issue)
        if text.comparison is None and _NUMBER.fullmatch(issue.expected):
            compared = self.texts.by_key.get("workbooks.result_compared", Text("~ {expected}", "~ {expected}"))
            return compared.format(lang, {"expected": with_decimal_mark(issue.expected, lang)})
        return issue.expected if text.comparison is None else self._show_issue(text.comparison, issue, lang)

    def _issue_text(self, issue: Issue) -> IssueText | Rule:
        if issue.code in self.rules:
            return self.rules[issue.code]
        unknown = Text(issue.code, issue.code)  # a code from an older catalogue still has to be shown
        return self.texts.issues.get(issue.code) or IssueText(unknown, unknown, unknown, issue.severity)

    def _show_issue(self, text: Text, issue: Issue, lang: Lang) -> str:
        indicator = self.indicators.get(issue.indicator or "")
        units = self.units.versions(issue.unit or "")
        name = units[0].name if len(units) == 1 else None  # a code that meant two units names neither
        facts = issue_facts(issue, indicator.name.get(lang) if indicator else None, name)
        # Facts that are a text's key are said in the language of the message: "workbooks.source_file_name".
        texts = ((fact, self.texts.by_key.get(str(value))) for fact, value in facts.items())
        keyed = {fact: sentence.get(lang) for fact, sentence in texts if sentence is not None}
        return show(text, lang, {**facts, **keyed, **numbers_of(facts, lang)})


def load_catalog(root: Path | None = None) -> Catalog:
    """Read all parts of a catalogue and check them against one another; None: the one that ships with the package.

    Raises:
        CatalogError: something in it cannot be used; the message names file, line, problem and remedy.
    """
    files = CatalogFiles(root or SHIPPED)
    themes = read_themes(files)
    indicators = read_indicators(files, themes)
    units = read_units(files)
    forms = read_forms(files)
    areas = read_areas(files, units)
    catalog = Catalog(
        root=files.root,
        version=files.version,
        structure_version=files.structure_version,
        themes=themes,
        indicators=indicators,
        targets=read_targets(files),
        forms=forms,
        obligations=read_obligations(files),
        precedence=read_precedence(files, forms, indicators),
        reminders=read_reminders(files, forms.by_id),
        rules=read_rules(files),
        texts=read_texts(files),
        marks=read_marks(files),
        words=read_words(files),
        areas=areas,
        tiles=read_tiles(files, areas, units),
        units=units,
        sample=read_sample(files, indicators, units),
    )
    checks.check_layouts(files, catalog.forms.layouts, indicators)
    checks.check_layout_texts(files, catalog.forms.layouts, catalog.texts)
    checks.check_obligations(files, catalog.obligations, catalog.forms.by_id, units)
    checks.check_rules(files, catalog.rules, indicators)
    checks.check_targets(catalog.targets, indicators)
    checks.check_texts(files, catalog.texts, catalog.rules, indicators)
    checks.check_weights(units, indicators)
    checks.check_words(files, catalog.words, units)
    return catalog
