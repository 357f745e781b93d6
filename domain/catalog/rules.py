"""Reads rules and the texts of reading issues."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from domain.catalog.files import CatalogFiles, YamlDocument
from domain.catalog.kinds import ISSUES, RULES
from domain.catalog.models import RuleEntry
from domain.catalog.texts import IssueText
from domain.rules import FigureName, FigureRole, Rule, RuleStage, Setting


def read_rules(files: CatalogFiles) -> Iterator[tuple[YamlDocument, int, Rule]]:
    """Rules with their places.

    Raises:
        CatalogError: a rule does not fit the schema, or the days of its stages are out of order.
    """
    for document in files.documents("rules"):
        for place, raw in enumerate(RULES.check_document(document)):
            rule = Rule(
                id=raw.id,
                kind=raw.kind,
                title=raw.title,
                message=raw.message,
                action=raw.action,
                indicators=raw.indicators,
                parameters={name: _setting(value) for name, value in raw.parameters.items()},
                severity=raw.severity,
                stages=_stages(raw, document, place),
                source=raw.source,
                facts=raw.facts,
                file=document.file,
                line=document.line(place),
            )
            yield document, place, rule


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


def read_issue_texts(document: YamlDocument) -> dict[str, IssueText]:
    """Texts of reading issues by code."""
    return {
        code: IssueText(
            title=raw.title,
            message=raw.message,
            action=raw.action,
            severity=raw.severity,
            facts=raw.facts,
        )
        for code, raw in ISSUES.check_document(document).items()
    }
