"""Reads rules."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import Discriminator, Field, Tag

from domain.catalog.fields import Day, Distinct, FigureText, Id, Words, list_or_plain
from domain.catalog.files import CatalogFiles, YamlDocument
from domain.catalog.shapes import Kind
from domain.catalog.texts import MessageTexts, check_issue_text
from domain.rules import FigureName, FigureRole, Rule, RuleStage, Setting

Parameter = Annotated[
    Annotated[str | int | float, Tag("plain")] | Annotated[Distinct[FigureText], Field(min_length=1), Tag("list")],
    Discriminator(list_or_plain),
    Field(description="a text or a number, or a list of figures"),
]


class RuleEntry(MessageTexts):
    """A rule."""

    id: Id
    kind: Id
    indicators: Annotated[Distinct[Id], Field(description="indicator ids; none for all of the form")] = ()
    parameters: Annotated[dict[str, Parameter], Field(default_factory=dict, description="the kind's own settings")]
    stages: Annotated[
        dict[RuleStage, Day],
        Field(
            min_length=1,
            description="from which day the rule is at which stage, by the last day of a report's period: "
            "{shadow: 2025-01-01, warn: 2025-03-01, block: 2025-06-01}",
        ),
    ]
    source: Words


RULES = Kind("rules", "Rules (rules/*.yaml, each file a list).", tuple[RuleEntry, ...])


def load_rules(folder: Path) -> Mapping[str, Rule]:
    """Read the rules of a catalogue's folder and nothing else of it, as `read_rules` does."""
    return read_rules(CatalogFiles(folder))


def read_rules(files: CatalogFiles) -> Mapping[str, Rule]:
    """Read the rules of `rules/` by id.

    Raises:
        CatalogError: an id comes twice, the days of a rule's stages are out of order, or a text has a malformed mark.
    """
    rules: dict[str, Rule] = {}
    for document in files.documents("rules"):
        for place, raw in enumerate(RULES.check_document(document)):
            parts = dict(raw) | {
                "parameters": {name: _setting(value) for name, value in raw.parameters.items()},
                "stages": _stages(raw, document, place),
            }
            rule = Rule(**parts, file=document.file, line=document.line(place))
            document.add_once(rules, rule.id, rule, place, "id")
            check_issue_text(rule, document, place)
    return MappingProxyType(rules)


def _setting(value: str | float | tuple[str, ...]) -> Setting:
    if not isinstance(value, tuple):
        return value
    names = (part.split(".") for part in value)
    return tuple(FigureName(indicator, FigureRole(role)) for indicator, role in names)


def _stages(raw: RuleEntry, document: YamlDocument, place: int) -> dict[RuleStage, date]:
    results = {stage: raw.stages[stage] for stage in RuleStage if stage in raw.stages}
    for (milder, first), (stricter, then) in pairwise(results.items()):
        if then <= first:
            problem = f"{stricter} from {then} does not come after {milder} from {first}"
            raise document.error(problem, "put the days in order", place, "stages")
    return results
