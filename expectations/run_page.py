"""The page of a nightly run: blocks of Great Expectations' Data Docs in a frame that needs no network."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemBytecodeCache, FileSystemLoader

from domain.rules import Rule
from domain.texts import Lang, visible_value
from domain.vietnam_time import day_in_vietnam
from expectations.gx import (
    VERSION,
    DefaultJinjaPageView,
    ExpectationConfiguration,
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
    RunIdentifier,
    ValidationResultsPageRenderer,
)
from expectations.kept_results import NightlyResults, Tally
from expectations.rule_rendering import COLUMNS
from expectations.rule_rows import ExpectRuleHolds

Texts = Callable[[str], str]
"""Returns a text of the catalogue by its name: `night_<name>`."""

_TEMPLATES = Path(__file__).parent / "docs"
_COMPILED = Path(__file__).parent / "__pycache__"
_TYPE = ExpectRuleHolds.expectation_type
_NO_QUERY = "SELECT * FROM {batch}"
"""Placeholder for the query of a result: pages do not show it, and it is never run."""


class OfflinePageView(DefaultJinjaPageView):
    """Great Expectations' page in our frame: no scripts, no fonts, no external resources."""

    def __init__(self) -> None:
        """Search templates in our folder first, and keep them compiled where Python keeps what it compiles."""
        super().__init__()
        self.env.finalize = visible_value
        self.env.loader = ChoiceLoader([FileSystemLoader(_TEMPLATES), *([self.env.loader] if self.env.loader else [])])
        if os.access(_COMPILED, os.W_OK) and not sys.dont_write_bytecode:
            names = f"jinja2-{version('jinja2')}-%s.bytecode"
            self.env.bytecode_cache = FileSystemBytecodeCache(str(_COMPILED), names)


def write_run_page(
    results: NightlyResults, rules: Mapping[str, Rule], lang: Lang, text: Texts, *, note: str = ""
) -> str:
    """Render the page of a nightly run; rules that have left the catalogue since are shown by their ids."""
    columns = {column: text(f"night_{column}") for column in COLUMNS}
    rule_results = [
        _result(name, tally, _description(name, rules.get(name), results, lang), columns)
        for name, tally in results.rules.items()
    ]
    # Failed rules first: usually they are few.
    rule_results.sort(key=lambda result: bool(result.success))
    document = ValidationResultsPageRenderer().render(_validation(results, rule_results))
    # Its overview repeats the frame in English, and links to a page of the suite that is not written.
    document.sections = document.sections[1:]
    for section in document.sections:
        section.content_blocks = [_with_header(block, text) for block in section.content_blocks if _is_table(block)]
    return str(_view().render(document, lang=lang, text=text, run=results, note=note))  # type: ignore[no-untyped-call] # Great Expectations'


def write_index(runs: Sequence[tuple[str, NightlyResults]], lang: Lang, text: Texts) -> str:
    """Render the list of nightly runs, newest first, each with the folder of its page."""
    template = _view().env.get_template("index.j2")
    return template.render(runs=runs, lang=lang, text=text)


@cache
def _view() -> OfflinePageView:
    return OfflinePageView()


def _validation(
    results: NightlyResults, rule_results: Sequence[ExpectationValidationResult]
) -> ExpectationSuiteValidationResult:
    held = len(rule_results) - results.failed
    return ExpectationSuiteValidationResult(
        success=results.failed == 0,
        results=list(rule_results),
        suite_name="rules",
        statistics={
            "evaluated_expectations": len(rule_results),
            "successful_expectations": held,
            "unsuccessful_expectations": results.failed,
            "success_percent": 100.0 * held / len(rule_results) if rule_results else None,
        },
        meta={
            "run_id": RunIdentifier(run_name=results.run_id, run_time=results.at),
            "great_expectations_version": VERSION,
        },
    )


def _description(name: str, rule: Rule | None, results: NightlyResults, lang: Lang) -> dict[str, str]:
    """Return what the page shows of a rule; its stage is that on the day of the run."""
    if rule is None:
        return {"rule": name}
    stage = rule.stage_on(day_in_vietnam(results.at))
    return {"rule": name, "title": rule.title.get(lang), "severity": rule.severity.value, "stage": stage or ""}


def _result(
    name: str, tally: Tally, description: Mapping[str, str], columns: Mapping[str, str]
) -> ExpectationValidationResult:
    parameters = {"rule_id": name, "unexpected_rows_query": _NO_QUERY}
    return ExpectationValidationResult(
        success=tally.found == 0,
        expectation_config=ExpectationConfiguration(type=_TYPE, kwargs=parameters, meta=dict(description)),
        result={"observed_value": tally.found, "details": {"unexpected_rows": list(tally.rows)}},
        exception_info={"raised_exception": False, "exception_message": None, "exception_traceback": None},
        meta={"columns": dict(columns)},
    )


def _is_table(block: object) -> bool:
    return bool(getattr(block, "header_row", None))


def _with_header(block: Any, text: Texts) -> Any:  # noqa: ANN401 # Great Expectations' blocks share no type
    """Name the columns of the table of rules in the page's language: Great Expectations has English only."""
    block.header_row = [text(f"night_{name}") for name in ("status", "rule", "count")]
    return block
