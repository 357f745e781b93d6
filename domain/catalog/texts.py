"""Texts for people: those of each package by key, those of reading issues by code, and those of repairs."""

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from domain.catalog.fields import Bilingual, Distinct, FactName, FileModel, Id, TextKey
from domain.catalog.files import SHIPPED, CatalogFiles, YamlDocument
from domain.catalog.shapes import Kind
from domain.errors import TerminalError
from domain.issues import Issue, Repair, Severity
from domain.rules import Rule
from domain.texts import Lang, Text, cut, with_decimal_mark

ISSUE_FACTS = frozenset({"found", "expected", "cell", "sheet", "indicator", "unit", "unit_name"})
"""Facts every issue text may name; a code or rule lists further ones under `facts`."""

NUMBER = "_number"
"""Ending of the name by which a text names a fact as a number, written as its language writes numbers."""

LONGEST_FACT = 1_000
"""Most letters of a fact in an issue's text."""

ISSUES_FILE, _REPAIRS_FILE = "messages/issues.yaml", "messages/repairs.yaml"


class MessageTexts(FileModel):
    """Texts of an issue, how severe it is, and the facts that its texts may name.

    `comparison` replaces the bare `expected` value, which a person would type ("≤ {expected}").
    """

    title: Bilingual
    message: Bilingual
    action: Bilingual
    comparison: Bilingual | None = None
    severity: Severity
    facts: Annotated[Distinct[FactName], Field(description="names of the further facts that the texts may use")] = ()


ISSUES = Kind("issues", "Texts of reading issues by code (messages/issues.yaml).", dict[Id, MessageTexts])
REPAIRS = Kind("repairs", "Texts of repairs by rule (messages/repairs.yaml).", dict[Id, Bilingual])
TEXTS = Kind("texts", "Texts by key (messages/<package>.yaml).", dict[TextKey, Bilingual])


@dataclass(frozen=True, slots=True)
class IssueText:
    """Texts of a reading code: a title, what is wrong, what the official should do; and how grave it is.

    `comparison` replaces the expected value where that is no value to type.
    """

    title: Text
    message: Text
    action: Text
    severity: Severity
    facts: tuple[str, ...] = ()
    comparison: Text | None = None


@dataclass(frozen=True)
class Texts:
    """All texts of `messages/`: of packages by key, of reading issues by code, of repairs by rule."""

    by_key: Mapping[str, Text]
    issues: Mapping[str, IssueText]
    repairs: Mapping[str, Text]
    _plain: dict[tuple[str, Lang], str] = field(init=False, repr=False, compare=False, default_factory=dict)

    def text(self, key: str, lang: Lang, **facts: object) -> str:
        """Return a text with its facts filled in.

        Raises:
            TerminalError: no text has the key, or a fact it names was not given.
        """
        if not facts and (key, lang) in self._plain:
            return self._plain[key, lang]
        if key not in self.by_key:
            raise TerminalError(f"the catalogue has no text {key!r}: add it to catalog/messages/")
        try:
            result = self.by_key[key].format(lang, facts)
        except KeyError as missing:
            raise TerminalError(f"the text {key!r} names {missing}, which was not given") from missing
        if not facts:
            self._plain[key, lang] = result
        return result

    def repair_text(self, repair: Repair, lang: Lang) -> str:
        """Return by which tolerance a cell was read as something else; one of an older catalogue by its name."""
        text = self.repairs.get(repair.rule)
        return text.get(lang) if text else repair.rule


class _QuestionMarks(dict[str, object]):
    """Facts of a text that is shown to an official: what is not known is shown as a question mark."""

    def __missing__(self, key: str) -> str:
        return "?"


def show(text: Text, lang: Lang, facts: Mapping[str, object]) -> str:
    """Fill a text for an official; a missing fact becomes "?", an empty one a dash, never an exception.

    A long fact is cut: a cell may hold 32,767 letters.
    """
    filled = {name: "?" if fact is None else "–" if fact == "" else _short(fact) for name, fact in facts.items()}
    return text.format(lang, _QuestionMarks(filled))


def _short(fact: object) -> object:
    return cut(fact, LONGEST_FACT) if isinstance(fact, str) else fact


def issue_facts(issue: Issue, indicator_name: str | None, unit_name: str | None) -> dict[str, object]:
    """Return everything that an issue's texts may name."""
    return {
        "found": issue.found,
        "expected": issue.expected,
        "cell": issue.cell,
        "sheet": issue.sheet,
        "indicator": indicator_name or issue.indicator,
        "unit": issue.unit,
        "unit_name": unit_name or issue.unit,
        **issue.facts,
    }


def numbers_of(facts: Mapping[str, object], lang: Lang) -> dict[str, object]:
    """Return the facts as numbers of a language, by the names that texts have for them (`found_number`)."""
    return {
        f"{fact}{NUMBER}": with_decimal_mark(value, lang) if isinstance(value, str) else value
        for fact, value in facts.items()
    }


def marks_of(sentence: str) -> frozenset[str]:
    """Return the names of the `{marks}` that a sentence uses.

    Raises:
        ValueError: a brace is not closed, or a mark is more than a plain name.
    """
    names: set[str] = set()
    for _, name, form, conversion in string.Formatter().parse(sentence):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValueError(f"{{{name}}} is no plain name")
        names.add(name)
    return frozenset(names)


def load_texts(folder: Path) -> Texts:
    """Read the texts of a catalogue's folder and nothing else of it, as `read_texts` does."""
    return read_texts(CatalogFiles(folder))


def read_texts(files: CatalogFiles) -> Texts:
    """Read the texts of `messages/`; those that a deployment's catalogue lacks are the shipped ones.

    A catalogue made for an earlier version thus has the texts and severities of issues added later.

    Raises:
        CatalogError: a key comes twice, or a text has a malformed mark.
    """
    own = _read(files)
    if files.root == SHIPPED:
        return own
    shipped = _read(CatalogFiles(SHIPPED))
    return Texts(
        MappingProxyType({**shipped.by_key, **own.by_key}),
        MappingProxyType({**shipped.issues, **own.issues}),
        MappingProxyType({**shipped.repairs, **own.repairs}),
    )


def _read(files: CatalogFiles) -> Texts:
    texts: dict[str, Text] = {}
    issues: dict[str, IssueText] = {}
    repairs: dict[str, Text] = {}
    for document in files.documents("messages"):
        if document.file == ISSUES_FILE:
            issues = {code: IssueText(**dict(raw)) for code, raw in ISSUES.check_document(document).items()}
            for code, text in issues.items():
                check_issue_text(text, document, code)
        elif document.file == _REPAIRS_FILE:
            repairs = REPAIRS.check_document(document)
            for key, repair in repairs.items():
                _check_marks(repair, document, key)
        else:
            for key, sentence in TEXTS.check_document(document).items():
                document.add_once(texts, key, sentence, key)
                _check_marks(sentence, document, key)
    return Texts(MappingProxyType(texts), MappingProxyType(issues), MappingProxyType(repairs))


def check_issue_text(text: IssueText | Rule, document: YamlDocument, *steps: str | int) -> None:
    """Check that the texts of an issue or a rule can be filled in.

    Raises:
        CatalogError: a text has a malformed mark.
    """
    sentences = {"title": text.title, "message": text.message, "action": text.action, "comparison": text.comparison}
    for name, sentence in sentences.items():
        if sentence is not None:
            _check_marks(sentence, document, *steps, name)


def _check_marks(text: Text, document: YamlDocument, *steps: str | int) -> None:
    for lang, sentence in (("vi", text.vi), ("en", text.en)):
        try:
            marks_of(sentence)
        except ValueError as problem:
            remedy = "write marks as {name}, and braces that are no marks doubled"
            raise document.error(f"the text cannot be filled in: {problem}", remedy, *steps, lang) from problem
