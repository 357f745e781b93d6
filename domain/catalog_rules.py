"""Reads rules and the texts of reading issues."""

from collections.abc import Iterator

from domain.catalog_entries import text_of
from domain.catalog_files import CatalogFiles, Document
from domain.catalog_schemas import check_document
from domain.catalog_texts import IssueText
from domain.issues import Severity
from domain.rules import Rule, Stage


def read_rules(files: CatalogFiles) -> Iterator[tuple[Document, int, Rule]]:
    """Rules with their places."""
    for document in files.documents("rules"):
        for place, raw in enumerate(check_document(document, "rules")):
            rule = Rule(
                id=raw["id"],
                kind=raw["kind"],
                title=text_of(raw["title"]),
                message=text_of(raw["message"]),
                action=text_of(raw["action"]),
                indicators=tuple(raw.get("indicators", ())),
                parameters=raw.get("parameters", {}),
                severity=Severity(raw["severity"]),
                stage=Stage(raw["stage"]),
                source=raw["source"],
                facts=tuple(raw.get("facts", ())),
            )
            yield document, place, rule


def read_issue_texts(document: Document) -> dict[str, IssueText]:
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
