"""Reads rules and the texts of reading issues."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

from domain.catalog.entries import day_of, text_of
from domain.catalog.errors import CatalogError
from domain.catalog.files import CatalogFiles, YamlDocument
from domain.catalog.schemas import check_document
from domain.catalog.texts import IssueText
from domain.issues import Severity
from domain.rules import FigureName, FigureRole, Rule, RuleStage, Setting


def read_rules(files: CatalogFiles) -> Iterator[tuple[YamlDocument, int, Rule]]:
    """Rules with their places.

    Raises:
        CatalogError: a rule does not fit the schema, or the days of its stages are out of order.
    """
    for document in files.documents("rules"):
        for place, raw in enumerate(check_document(document, "rules")):
            rule = Rule(
                id=raw["id"],
                kind=raw["kind"],
                title=text_of(raw["title"]),
                message=text_of(raw["message"]),
                action=text_of(raw["action"]),
                indicators=tuple(raw.get("indicators", ())),
                parameters={name: _setting(value) for name, value in raw.get("parameters", {}).items()},
                severity=Severity(raw["severity"]),
                stages=_stages(raw["stages"], document, place),
                source=raw["source"],
                facts=tuple(raw.get("facts", ())),
                file=document.file,
                line=document.line(place),
            )
            yield document, place, rule


def _setting(value: str | float | list[str]) -> Setting:
    if not isinstance(value, list):
        return value
    names = (part.split(".") for part in value)
    return tuple(FigureName(indicator, FigureRole(role)) for indicator, role in names)


def _stages(raw: dict[str, Any], document: YamlDocument, place: int) -> dict[RuleStage, date]:
    def complain(problem: str, remedy: str) -> CatalogError:
        return document.error(problem, remedy, place, "stages")

    days = {stage: day_of(raw.get(stage.value), complain) for stage in RuleStage}
    results = {stage: day for stage, day in days.items() if day is not None}
    for (milder, first), (stricter, then) in pairwise(results.items()):
        if then <= first:
            raise complain(f"{stricter} from {then} does not come after {milder} from {first}", "put the days in order")
    return results


def read_issue_texts(document: YamlDocument) -> dict[str, IssueText]:
    """Texts of reading issues by code."""
    return {
        code: IssueText(
            title=text_of(raw["title"]),
            message=text_of(raw["message"]),
            action=text_of(raw["action"]),
            severity=Severity(raw["severity"]),
            facts=tuple(raw.get("facts", ())),
        )
        for code, raw in check_document(document, "issues").items()
    }
