"""Tests of the declarative cases: each workbook gives exactly the issues, repairs and figures stated for it."""

import ast
from collections import Counter
from collections.abc import Hashable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from domain.catalog.catalog import Catalog
from domain.catalog.texts import Texts
from domain.issues import Issue
from domain.observations import Figure
from domain.submissions import ParsedReport
from tests.builders import assignment_for
from tests.source_trees import nodes_of
from tests.workbooks.cases import PERIOD, UNIT, WorkbookCase, load_cases, make
from tests.workbooks.workbook_edits import fill_in, open_template
from workbooks.cells.guards import Limits
from workbooks.direct.parse import DirectParser
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report
from workbooks.sample.figures import invent_figures
from workbooks.sample.fill import entries_of
from workbooks.sample.series import SampleSeries
from workbooks.template.workbook import make_blank
from workbooks.text.catalog_cache import cached_per_catalog

CASES = load_cases()
_PACKAGE = Path(__file__).parents[3] / "workbooks"


def _cases() -> Iterator[ParameterSet]:
    """Yield the cases; those without a start, an issue or a repair that no earlier case has are marked as long."""
    known: set[Hashable] = set()
    for case in CASES:
        repairs = (repair["rule"] for repair in case.expect.get("repairs", []))
        parts = {("start", case.given.get("start")), *case.codes, *(("repair", rule) for rule in repairs)}
        yield pytest.param(case, id=case.id, marks=[pytest.mark.long] if parts <= known else [])
        known |= parts


@pytest.mark.parametrize("case", list(_cases()))
def test_case(case: WorkbookCase, catalog: Catalog, next_catalog: Catalog) -> None:
    """The case's workbook is parsed or refused exactly as stated, and directly as well if it goes that way."""
    catalog = next_catalog if case.given.get("catalog") == "next" else catalog
    data, hints, limits = make(case, catalog)
    report = parse_report(data, catalog, hints, limits)
    assert _direct_parser(catalog).parse_known(data, hints, limits) in (None, report)
    issues = [issue for part in report.whole for issue in part.issues]
    assert Counter(issue.code for issue in issues) == Counter(case.codes), issues
    for expected in case.expect.get("issues", []):
        assert any(_fits(expected, issue) for issue in issues), (expected, issues)
    for issue in issues:
        _fill_texts(catalog, issue)
    for expected in case.expect.get("repairs", []):
        assert any(_fits(expected, repair) for repair in report.repairs), (expected, report.repairs)
    for key, expected in case.expect.get("report", {}).items():
        assert _outcome(report, key) == expected
    for path, expected in case.expect.get("figures", {}).items():
        assert _shown(_figure(report, path)) == expected


def test_every_issue_has_a_case(catalog: Catalog) -> None:
    """Every issue that parsing can raise is provoked by a case."""
    codes = _codes_of_the_package(catalog)
    assert len(codes) > 50  # the package's modules were found
    assert codes - {code for case in CASES for code in case.codes} == set()


def test_every_repair_has_a_case(texts: Texts) -> None:
    """Every repair rule is applied in a case."""
    used = {repair["rule"] for case in CASES for repair in case.expect.get("repairs", [])}
    assert set(texts.repairs) - used == set()


def test_case_ids_are_unique() -> None:
    """No two cases share an id."""
    assert [name for name, count in Counter(case.id for case in CASES).items() if count > 1] == []


@cached_per_catalog
def _direct_parser(catalog: Catalog) -> DirectParser:
    """Return a parser that has learnt the template of the cases, from one that was filled in as they are."""
    parser, assignment = DirectParser(catalog), assignment_for(catalog, UNIT, PERIOD)
    entries = entries_of(make_blank(assignment), invent_figures(SampleSeries(catalog, seed=1), assignment))
    edits = [{"sheet": sheet, "set": address, "value": value} for (sheet, address), value in entries.items()]
    data = fill_in(open_template, catalog, UNIT, PERIOD, edits) or b""
    for _ in range(2):
        parser.parse(data, Hints(""), Limits())
    assert parser.parse_known(data, Hints(""), Limits()) is not None
    return parser


def _codes_of_the_package(catalog: Catalog) -> set[str]:
    """Return the issue codes named in the package's modules."""
    # Issues about the reading process itself are tested in test_reading_pool.py.
    paths = (path for path in _PACKAGE.rglob("*.py") if path.name != "worker_process.py")
    constants = {node.value for path in paths for node in nodes_of(path) if isinstance(node, ast.Constant)}
    return {code for code in catalog.texts.issues if code in constants}


def _fill_texts(catalog: Catalog, issue: Issue) -> None:
    """Fill in an issue's texts; raise if a text has a placeholder for a fact that the issue does not carry."""
    texts = catalog.texts.issues[issue.code]
    fields = {name: "…" for name in ("found", "expected", "cell", "sheet") if getattr(issue, name) is not None}
    for text in (texts.title, texts.message, texts.action):
        text.format("vi", {**fields, **issue.facts})
        text.format("en", {**fields, **issue.facts})


def _fits(expected: dict[str, Any], found: object) -> bool:
    facts = getattr(found, "facts", {})
    return all((facts[key] if key in facts else getattr(found, key, None)) == value for key, value in expected.items())


def _outcome(report: ParsedReport, key: str) -> str | None:
    value = {"unit": report.unit.code if report.unit else None, "period": report.period.id if report.period else None}
    return value[key] if key in value else getattr(report, key)


def _figure(report: ParsedReport, path: str) -> Figure | None:
    """Return the figure at "indicator.role" or "indicator.role@village"."""
    name, _, village = path.partition("@")
    indicator, role = name.split(".")
    unit = village or (report.unit.code if report.unit else "")
    observations = [item for item in report.observations if item.indicator == indicator and item.unit == unit]
    assert len(observations) == 1, f"{path}: {len(observations)} observations"
    figure: Figure | None = getattr(observations[0], role)
    return figure


def _shown(figure: Figure | None) -> str | None:
    """Return a figure in the notation of the cases: its number, or its state if it has none."""
    if figure is None:
        return None
    return str(figure.number) if isinstance(figure.number, Decimal) else figure.state.value
