"""Reads rules."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from domain.catalog.files import CatalogFiles, YamlDocument
from domain.catalog.kinds import RULES
from domain.catalog.models import RuleEntry
from domain.catalog.texts import check_issue_text
from domain.rules import FigureName, FigureRole, Rule, RuleStage, Setting


def load_rules(folder: Path) -> Mapping[str, Rule]:
    """Read the rules of a catalogue's folder, and no other file of it.

    Raises:
        CatalogError: as `read_rules`.
    """
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
