"""Walks the declarative cases: each good or bad workbook yields exactly the issues, repairs and figures it says."""

import ast
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.catalog.catalog import Catalog
from domain.issues import Issue
from domain.observations import Figure
from domain.submissions import ParsedReport
from tests.workbooks.cases import WorkbookCase, load_cases, make
from workbooks.report.parse import parse_report

CASES = load_cases()
_ROOM = Path(__file__).parents[3] / "workbooks"


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_case(case: WorkbookCase, catalog: Catalog, next_catalog: Catalog) -> None:
    """A workbook of the cases is read, or refused, exactly as the case says."""
    catalog = next_catalog if case.given.get("catalog") == "next" else catalog
    data, hints, limits = make(case, catalog)
    report = parse_report(data, catalog, hints, limits)
    assert Counter(issue.code for issue in report.issues) == Counter(case.codes), report.issues
    for expected in case.expect.get("issues", []):
        assert any(_fits(expected, issue) for issue in report.issues), (expected, report.issues)
    for issue in report.issues:
        _fill_texts(catalog, issue)
    for expected in case.expect.get("repairs", []):
        assert any(_fits(expected, repair) for repair in report.repairs), (expected, report.repairs)
    for key, expected in case.expect.get("report", {}).items():
        assert _outcome(report, key) == expected
    for path, expected in case.expect.get("figures", {}).items():
        assert _shown(_figure(report, path)) == expected


def test_every_issue_has_a_case(catalog: Catalog) -> None:
    """No issue of the reader's exists that no case provokes."""
    assert _codes_of_the_room(catalog) - {code for case in CASES for code in case.codes} == set()


def test_every_repair_has_a_case(catalog: Catalog) -> None:
    """No rule of repair exists that no case makes use of."""
    used = {repair["rule"] for case in CASES for repair in case.expect.get("repairs", [])}
    assert set(catalog.repair_texts) - used == set()


def test_cases_have_names_of_their_own() -> None:
    """No two cases share an id."""
    assert [name for name, count in Counter(case.id for case in CASES).items() if count > 1] == []


def _codes_of_the_room(catalog: Catalog) -> set[str]:
    """Issue codes that the room's modules name."""
    # What a file does to the process that reads it is no matter of one call: test_reading_pool.py has these.
    paths = (path for path in _ROOM.glob("*.py") if path.name != "reading_pool.py")
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in paths)
    constants = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {code for code in catalog.issue_texts if code in constants}


def _fill_texts(catalog: Catalog, issue: Issue) -> None:
    """Fill in an issue's texts; a text that names a fact the issue does not carry fails the test."""
    texts = catalog.issue_texts[issue.code]
    results = {name: "…" for name in ("found", "expected", "cell", "sheet") if getattr(issue, name) is not None}
    for text in (texts.title, texts.message, texts.action):
        text.format("vi", {**results, **issue.facts})
        text.format("en", {**results, **issue.facts})


def _fits(expected: dict[str, Any], found: object) -> bool:
    facts = getattr(found, "facts", {})
    return all((facts[key] if key in facts else getattr(found, key, None)) == value for key, value in expected.items())


def _outcome(report: ParsedReport, key: str) -> str | None:
    value = {"unit": report.unit.code if report.unit else None, "period": report.period.id if report.period else None}
    return value[key] if key in value else getattr(report, key)


def _figure(report: ParsedReport, path: str) -> Figure | None:
    """The figure at "indicator.role", or "indicator.role@village"."""
    name, _, village = path.partition("@")
    indicator, role = name.split(".")
    unit = village or (report.unit.code if report.unit else "")
    results = [
        observation
        for observation in report.observations
        if observation.indicator == indicator and observation.unit == unit
    ]
    assert len(results) == 1, f"{path}: {len(results)} observations"
    figure: Figure | None = getattr(results[0], role)
    return figure


def _shown(figure: Figure | None) -> str | None:
    """A figure as a case writes it: its number, or its state where it has none."""
    if figure is None:
        return None
    return str(figure.number) if isinstance(figure.number, Decimal) else figure.state.value
