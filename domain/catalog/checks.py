"""Checks that the parts of a catalogue agree with one another: what one part names, another has."""

from collections.abc import Iterable, Mapping
from string import Formatter

from domain.catalog.files import CatalogError, CatalogFiles, Step, YamlDocument
from domain.catalog.layouts import indicator_places
from domain.catalog.obligations import EXEMPTIONS_FILE, OBLIGATIONS_FILE, Obligations
from domain.catalog.targets import FILE as TARGETS
from domain.catalog.targets import Targets
from domain.catalog.texts import ISSUES_FILE, Texts
from domain.catalog.weights import FILE as WEIGHTS
from domain.catalog.words import FILE as WORDS
from domain.indicators import Indicator
from domain.layouts import Exemption, Form, Layout, Obligation
from domain.report_words import ReportWords
from domain.rules import FigureRole, Rule
from domain.texts import normalise_name
from domain.units import Level, UnitRegister
from domain.weights import PEOPLE

_Indicators = Mapping[str, Indicator]
_USE_AN_INDICATOR = "use an id of indicators/"


def check_layouts(files: CatalogFiles, layouts: Iterable[Layout], indicators: _Indicators) -> None:
    """Check the indicators that layouts ask for.

    Raises:
        CatalogError: an indicator is unknown, derived, stands in two places, or is collected at another level than
            asked of.
    """
    for layout in layouts:
        seen: set[str] = set()
        for indicator, level, steps in indicator_places(layout):
            if indicator not in indicators:
                problem, remedy = f"indicator {indicator!r} is unknown", _USE_AN_INDICATOR
            elif indicator in seen:
                problem, remedy = f"indicator {indicator!r} is listed here twice", "ask for it in one place"
            elif indicators[indicator].parts:
                problem, remedy = f"indicator {indicator!r} is derived", "ask for its parts instead"
            elif indicators[indicator].collected_at is not level:
                problem = f"indicator {indicator!r} is collected at {indicators[indicator].collected_at}"
                wanted = "the village sheet" if level is Level.COMMUNE else "a line of the form sheet"
                remedy = f"ask for it on {wanted}"
            else:
                seen.add(indicator)
                continue
            raise _document_of(files, layout).error(problem, remedy, *steps)


def _document_of(files: CatalogFiles, layout: Layout) -> YamlDocument:
    key = (layout.form, layout.version)
    return next(item for item in files.documents("layouts") if (item.data["form"], item.data["version"]) == key)


def check_rules(files: CatalogFiles, rules: Mapping[str, Rule], indicators: _Indicators) -> None:
    """Check the indicators that rules cover and the figures that they name.

    Raises:
        CatalogError: an indicator is unknown, or a figure is one that the form cannot have.
    """
    for rule in rules.values():
        for number, covered in enumerate(rule.indicators):
            if covered not in indicators:
                problem = f"rule {rule.id} covers the unknown indicator {covered!r}"
                raise _rule_error(files, rule, problem, _USE_AN_INDICATOR, "indicators", number)
        for name, value in rule.parameters.items():
            for number, figure in enumerate(value) if isinstance(value, tuple) else ():
                steps = ("parameters", name, number)
                indicator = indicators.get(figure.indicator)
                if indicator is None:
                    problem = f"rule {rule.id} names a figure of the unknown indicator {figure.indicator!r}"
                    raise _rule_error(files, rule, problem, _USE_AN_INDICATOR, *steps)
                if figure.role is FigureRole.DENOMINATOR and indicator.denominator is None:
                    problem = f"rule {rule.id} names the denominator of {figure.indicator!r}, which has none"
                    raise _rule_error(files, rule, problem, "name a figure that the form asks for", *steps)


def _rule_error(files: CatalogFiles, rule: Rule, problem: str, remedy: str, *steps: Step) -> CatalogError:
    document = files.document(rule.file)
    place = next(place for place, raw in enumerate(document.data) if raw["id"] == rule.id)
    return document.error(problem, remedy, place, *steps)


def check_targets(targets: Targets, indicators: _Indicators) -> None:
    """Check the indicators that targets are for.

    Raises:
        CatalogError: an indicator is unknown.
    """
    for line, target in enumerate(targets.rows, start=2):
        if target.indicator not in indicators:
            raise CatalogError(TARGETS, f"indicator {target.indicator!r} is unknown", _USE_AN_INDICATOR, line)


def check_weights(units: UnitRegister, indicators: _Indicators) -> None:
    """Check the indicators and denominator kinds that weights are stated for.

    Raises:
        CatalogError: an indicator or a denominator kind is unknown.
    """
    kinds = denominator_kinds(indicators)
    for line, weight in enumerate(units.weights.stated, start=2):
        if weight.indicator and weight.indicator not in indicators:
            raise CatalogError(WEIGHTS, f"indicator {weight.indicator!r} is unknown", _USE_AN_INDICATOR, line)
        if weight.denominator_kind and weight.denominator_kind not in {*kinds, PEOPLE}:
            problem = f"no indicator has the denominator kind {weight.denominator_kind!r}"
            raise CatalogError(WEIGHTS, problem, f"one of: {', '.join(sorted(kinds))}", line)


def check_words(files: CatalogFiles, words: ReportWords, units: UnitRegister) -> None:
    """Check the kinds of units that words denote.

    Raises:
        CatalogError: no unit is of the kind.
    """
    kinds = {normalise_name(kind) for kind in {unit.kind for unit in units.units}}
    for place, kind in enumerate(words.short_kinds.values()):
        if kind not in kinds:
            document = files.document(WORDS)
            problem = f"no unit is of the kind {document.data['short_kinds'][place]['kind']!r}"
            raise document.error(problem, "use a kind of units/", "short_kinds", place, "kind")


def check_obligations(
    files: CatalogFiles, obligations: Obligations, forms: Mapping[str, Form], units: UnitRegister
) -> None:
    """Check the forms and units that obligations and exemptions name.

    Raises:
        CatalogError: a form is unknown, or a code means no unit on any day of the entry's.
    """
    entries: list[tuple[str, int, Obligation | Exemption, str]] = [
        *((OBLIGATIONS_FILE, place, item, item.area) for place, item in enumerate(obligations.obligations)),
        *((EXEMPTIONS_FILE, place, item, item.unit) for place, item in enumerate(obligations.exemptions)),
    ]
    for file, place, entry, code in entries:
        if entry.form not in forms:
            problem = f"form {entry.form!r} is unknown"
            raise files.document(file).error(problem, "use an id of forms/", place, "form")
        if not any(unit.holds_on(entry.valid_from) or entry.holds_on(unit.valid_from) for unit in units.versions(code)):
            problem = f"no unit has code {code!r} in the days named"
            raise files.document(file).error(problem, "use a code of units/ that is valid then, in quotes", place)


def check_layout_texts(files: CatalogFiles, layouts: Iterable[Layout], texts: Texts) -> None:
    """Check the texts that layouts word themselves.

    Raises:
        CatalogError: the catalogue has no such text, or the wording names a fact that the text does not.
    """
    for layout in layouts:
        for key, wording in layout.texts.items():
            known = texts.by_key.get(f"workbooks.{key}")
            if known is None:
                problem, remedy = f"there is no text workbooks.{key}", "use a key of messages/workbooks.yaml"
            elif not _marks(wording) <= _marks(known.vi):
                problem = f"the text {key!r} has no {', '.join(sorted(_marks(wording) - _marks(known.vi)))}"
                remedy = f"use these only: {', '.join(sorted(_marks(known.vi))) or 'none'}"
            else:
                continue
            raise _document_of(files, layout).error(problem, remedy, "texts", key)


def _marks(text: str) -> set[str]:
    return {mark for _, mark, _, _ in Formatter().parse(text) if mark}


def check_texts(files: CatalogFiles, texts: Texts, rules: Mapping[str, Rule], indicators: _Indicators) -> None:
    """Check that one code has one text, and that what is in use has a name for people.

    Raises:
        CatalogError: an issue code is also a rule's id, or a denominator kind in use has no name.
    """
    for code in texts.issues:
        if code in rules:
            problem = f"{code!r} is also a rule's id"
            raise files.document(ISSUES_FILE).error(problem, "give the reading code another name", code)
    for kind, indicator in denominator_kinds(indicators).items():
        if f"domain.denominator_kind.{kind}" not in texts.by_key:
            problem = f"the denominator kind {kind!r} is in use and has no name: {indicator} is counted by it"
            remedy = f"add the key domain.denominator_kind.{kind}, or correct the indicator's denominator_kind"
            raise CatalogError("messages/domain.yaml", problem, remedy)


def denominator_kinds(indicators: _Indicators) -> dict[str, str]:
    """Return all kinds of denominators that indicators have on any day, each with an indicator of it."""
    return {
        kind: indicator.id
        for indicator in indicators.values()
        for kind in (indicator.denominator_kind, *(each.denominator_kind for each in indicator.breaks))
    }
