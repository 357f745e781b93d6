"""Checks that parts of the catalogue agree with one another: rules, texts, and the units that they name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from domain.catalog.entries import add_once
from domain.catalog.errors import CatalogError
from domain.catalog.files import CatalogFiles, YamlDocument
from domain.catalog.kinds import REPAIRS, TEXTS
from domain.catalog.rules import read_issue_texts
from domain.catalog.texts import IssueText, marks_of
from domain.indicators import Indicator
from domain.layouts import Exemption, Obligation
from domain.rules import FigureRole, Rule
from domain.texts import Text
from domain.units import UnitRegister

_T = TypeVar("_T", Obligation, Exemption)
_ISSUES, _REPAIRS, _DOMAIN = "messages/issues.yaml", "messages/repairs.yaml", "messages/domain.yaml"


@dataclass
class Messages:
    """All texts of `messages/`, gathered."""

    issues: dict[str, IssueText] = field(default_factory=dict)
    repairs: dict[str, Text] = field(default_factory=dict)
    texts: dict[str, Text] = field(default_factory=dict)


def check_rules(rules: Iterable[tuple[YamlDocument, int, Rule]], indicators: dict[str, Indicator]) -> dict[str, Rule]:
    """Rules by id.

    Raises:
        CatalogError: an id comes twice, a rule covers an unknown indicator or names a figure that the form cannot have,
            or a text has a malformed mark.
    """
    results: dict[str, Rule] = {}
    for document, place, rule in rules:
        add_once(results, rule.id, rule, document, place, "id")
        for number, indicator in enumerate(rule.indicators):
            if indicator not in indicators:
                problem = f"rule {rule.id} covers the unknown indicator {indicator!r}"
                raise document.error(problem, "use an id of indicators/", place, "indicators", number)
        _check_figures(rule, indicators, document, place)
        for name, text in (("title", rule.title), ("message", rule.message), ("action", rule.action)):
            check_marks(text, document, place, name)
    return results


def _check_figures(rule: Rule, indicators: Mapping[str, Indicator], document: YamlDocument, place: int) -> None:
    for name, value in rule.parameters.items():
        for number, figure in enumerate(value) if isinstance(value, tuple) else ():
            steps = (place, "parameters", name, number)
            indicator = indicators.get(figure.indicator)
            if indicator is None:
                problem = f"rule {rule.id} names a figure of the unknown indicator {figure.indicator!r}"
                raise document.error(problem, "use an id of indicators/", *steps)
            if figure.role is FigureRole.DENOMINATOR and indicator.denominator is None:
                problem = f"rule {rule.id} names the denominator of {figure.indicator!r}, which has none"
                raise document.error(problem, "name a figure that the form asks for", *steps)


def check_units_named(
    entries: Iterable[tuple[YamlDocument, int, _T]], units: UnitRegister, code_of: Callable[[_T], str]
) -> tuple[_T, ...]:
    """Obligations or exemptions whose unit is registered on their first day, or at any later one of their span.

    Raises:
        CatalogError: the code means no unit then.
    """
    results: list[_T] = []
    for document, place, entry in entries:
        code = code_of(entry)
        versions = units.versions(code)
        if not any(
            (unit.valid_to is None or unit.valid_to >= entry.valid_from)
            and (entry.valid_to is None or unit.valid_from <= entry.valid_to)
            for unit in versions
        ):
            problem = f"no unit has code {code!r} in the days named"
            raise document.error(problem, "use a code of units/ that is valid then, in quotes", place)
        results.append(entry)
    return tuple(results)


def gather_texts(files: CatalogFiles, rules: dict[str, Rule], indicators: dict[str, Indicator]) -> Messages:
    """All texts of `messages/`: reading issues, repairs, and those of each package.

    Raises:
        CatalogError: a key comes twice, an issue code is also a rule's id, a text has a malformed mark, or a
            denominator kind in use has no name for people.
    """
    messages = Messages()
    for document in files.documents("messages"):
        if document.file == _ISSUES:
            messages.issues = _issues(document, rules)
        elif document.file == _REPAIRS:
            messages.repairs = REPAIRS.check_document(document)
            for key, text in messages.repairs.items():
                check_marks(text, document, key)
        else:
            for key, text in TEXTS.check_document(document).items():
                add_once(messages.texts, key, text, document, key)
                check_marks(text, document, key)
    for kind, indicator in {indicator.denominator_kind: indicator.id for indicator in indicators.values()}.items():
        if f"domain.denominator_kind.{kind}" not in messages.texts:
            problem = f"the denominator kind {kind!r} is in use and has no name: {indicator} is counted by it"
            remedy = f"add the key domain.denominator_kind.{kind}, or correct the indicator's denominator_kind"
            raise CatalogError(_DOMAIN, problem, remedy)
    return messages


def _issues(document: YamlDocument, rules: dict[str, Rule]) -> dict[str, IssueText]:
    issue_texts = read_issue_texts(document)
    for code, text in issue_texts.items():
        if code in rules:
            raise document.error(f"{code!r} is also a rule's id", "give the reading code another name", code)
        for name, part in (("title", text.title), ("message", text.message), ("action", text.action)):
            check_marks(part, document, code, name)
    return issue_texts


def check_marks(text: Text, document: YamlDocument, *steps: str | int) -> None:
    """See that a text can be filled in.

    Raises:
        CatalogError: a brace is not closed, or a mark is more than a plain name.
    """
    for lang, sentence in (("vi", text.vi), ("en", text.en)):
        try:
            marks_of(sentence)
        except ValueError as problem:
            remedy = "write marks as {name}, and braces that are no marks doubled"
            raise document.error(f"the text cannot be filled in: {problem}", remedy, *steps, lang) from problem
