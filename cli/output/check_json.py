"""JSON output of `tonghop check`, described by `docs/check.schema.json`."""

from collections.abc import Sequence
from decimal import Decimal

from domain.aggregation import percentage
from domain.catalog.catalog import Catalog
from domain.indicators import Measure
from domain.issues import Issue, Repair
from domain.observations import Observation
from domain.texts import Lang
from flows.actions.check_files import CheckedFile


def as_plain(checked: Sequence[CheckedFile], catalog: Catalog, lang: Lang) -> list[dict[str, object]]:
    """Convert checked files to lists and dictionaries; numbers stay exact."""
    return [_file(checked_file, catalog, lang) for checked_file in checked]


def _file(checked_file: CheckedFile, catalog: Catalog, lang: Lang) -> dict[str, object]:
    report = checked_file.report
    return {
        "file": str(checked_file.path),
        "unit": report.unit.code if report.unit else None,
        "period": report.period.id if report.period else None,
        "outcome": str(checked_file.outcome),
        "issues": [_issue(issue, catalog, lang) for issue in checked_file.issues],
        "repairs": [_repair(repair) for repair in report.repairs],
        "observations": [_observation(observation, catalog) for observation in report.observations],
        "not_checked": list(checked_file.not_checked),
    }


def _issue(issue: Issue, catalog: Catalog, lang: Lang) -> dict[str, object]:
    return {
        "code": issue.code,
        "severity": issue.severity.value,
        "sheet": issue.sheet,
        "cell": issue.cell,
        "found": issue.found,
        "expected": issue.expected,
        "message": catalog.issue_message(issue, lang),
    }


def _repair(repair: Repair) -> dict[str, object]:
    return {
        "rule": repair.rule,
        "sheet": repair.sheet,
        "cell": repair.cell,
        "before": repair.before,
        "after": repair.after,
    }


def _observation(observation: Observation, catalog: Catalog) -> dict[str, object]:
    return {
        "indicator": observation.indicator,
        "unit": observation.unit,
        "numerator": observation.numerator.number,
        "denominator": observation.denominator.number if observation.denominator else None,
        "value": _value(observation, catalog),
        "state": observation.state.value,
        "sheet": observation.sheet,
        "cell": observation.numerator.cell,
    }


def _value(observation: Observation, catalog: Catalog) -> Decimal | None:
    """Return the value in the indicator's unit: a percentage from 0 to 100, rounded as published, or a count."""
    numerator, denominator = (
        observation.numerator.number,
        observation.denominator.number if observation.denominator else None,
    )
    if numerator is None or catalog.indicators[observation.indicator].measure is Measure.COUNT:
        return numerator
    return percentage(numerator, denominator)
