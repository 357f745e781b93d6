"""A night as one page of Great Expectations' Data Docs that needs no network: its renderer and blocks, our frame."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import great_expectations as gx
from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult, RunIdentifier
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, FileSystemLoader

from domain.rules import Rule
from domain.texts import Lang
from domain.vietnam_time import day_in_vietnam
from expectations.kept_results import NightlyResults, Tally
from expectations.rule_rendering import COLUMNS
from expectations.rule_rows import ExpectRuleHolds

Texts = Callable[[str], str]
"""A text of the catalogue by its name: `night_<name>`."""

_TEMPLATES = Path(__file__).parent / "docs"
_TYPE = ExpectRuleHolds.expectation_type
_NO_QUERY = "SELECT * FROM {batch}"
"""Stands in a result for the query that gave it: a page shows none, and nothing is run again."""


class OfflinePageView(DefaultJinjaPageView):
    """Great Expectations' page with our frame around its blocks: no scripts, no fonts, nothing from outside."""

    def __init__(self) -> None:
        """Look for templates in our folder first."""
        super().__init__()
        self.env.loader = ChoiceLoader([FileSystemLoader(_TEMPLATES), *([self.env.loader] if self.env.loader else [])])


def write_night_page(kept: NightlyResults, rules: Mapping[str, Rule], lang: Lang, text: Texts) -> str:
    """The page of one night; rules that have left the catalogue since are shown by their ids."""
    columns = {column: text(f"night_{column}") for column in COLUMNS}
    results = [
        _result(name, tally, _shown(name, rules.get(name), kept, lang), columns) for name, tally in kept.rules.items()
    ]
    # What failed comes first: on most nights it is little.
    results.sort(key=lambda result: bool(result.success))
    document = ValidationResultsPageRenderer().render(_validation(kept, results))
    # Its overview says in English what the frame says, and links to a page of the suite that is not written.
    document.sections = document.sections[1:]
    for section in document.sections:
        section.content_blocks = [_named(block, text) for block in section.content_blocks if _is_table(block)]
    return str(_view().render(document, lang=lang, text=text, night=kept))  # type: ignore[no-untyped-call] # Great Expectations'


def write_index(runs: Sequence[tuple[str, NightlyResults]], lang: Lang, text: Texts) -> str:
    """The list of nights, newest first, each with the address of its page."""
    template = _view().env.get_template("nights.j2")
    return template.render(runs=runs, lang=lang, text=text)


@cache
def _view() -> OfflinePageView:
    return OfflinePageView()


def _validation(
    kept: NightlyResults, results: Sequence[ExpectationValidationResult]
) -> ExpectationSuiteValidationResult:
    held = len(results) - kept.failed
    return ExpectationSuiteValidationResult(
        success=kept.failed == 0,
        results=list(results),
        suite_name="rules",
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": held,
            "unsuccessful_expectations": kept.failed,
            "success_percent": 100.0 * held / len(results) if results else None,
        },
        meta={
            "run_id": RunIdentifier(run_name=kept.run_id, run_time=kept.at),
            "great_expectations_version": gx.__version__,
        },
    )


def _shown(name: str, rule: Rule | None, results: NightlyResults, lang: Lang) -> dict[str, str]:
    """What is told of a rule beside what it found; its stage is that of the night's day."""
    if rule is None:
        return {"rule": name}
    stage = rule.stage_on(day_in_vietnam(results.at))
    return {"rule": name, "title": rule.title.get(lang), "severity": rule.severity.value, "stage": stage or ""}


def _result(
    name: str, tally: Tally, shown: Mapping[str, str], columns: Mapping[str, str]
) -> ExpectationValidationResult:
    results = {"rule_id": name, "unexpected_rows_query": _NO_QUERY}
    return ExpectationValidationResult(
        success=tally.found == 0,
        expectation_config=ExpectationConfiguration(type=_TYPE, kwargs=results, meta=dict(shown)),
        result={"observed_value": tally.found, "details": {"unexpected_rows": list(tally.rows)}},
        exception_info={"raised_exception": False, "exception_message": None, "exception_traceback": None},
        meta={"columns": dict(columns)},
    )


def _is_table(block: object) -> bool:
    return bool(getattr(block, "header_row", None))


def _named(block: Any, text: Texts) -> Any:  # noqa: ANN401 # Great Expectations' blocks share no type that says what they hold
    """The table of rules with its columns named in the page's language: Great Expectations has only English."""
    block.header_row = [text(f"night_{name}") for name in ("status", "rule", "count")]
    return block
