"""The verdict of a form, computed by LibreOffice, is ours: a thousand random fillings, row by row and rule by rule."""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from openpyxl import load_workbook

from domain.catalog.catalog import Catalog
from domain.catalog.texts import show
from domain.issues import Issue, Severity
from domain.rules import Rule
from domain.texts import Text
from expectations.check import check
from flows.pipeline.stages.judge import rows_of
from tests.builders import assignment_for, make_workbook, with_checks
from tests.full.fillings import FilledForm, Fillings, compute
from warehouse.store.engine import open_engine, transaction
from warehouse.submissions.staging import stage
from workbooks.cells.addresses import split_address
from workbooks.cells.guards import Limits
from workbooks.direct.parse import DirectParser
from workbooks.formulas.registry import formula_kinds
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report
from workbooks.sample.series import SampleSeries
from workbooks.template.workbook import make_blank

pytestmark = pytest.mark.full
TODAY = "22333"
UNIT, PERIOD, FORMS, RUN = "22813", "2025-05", 1000, "run-1"
STATUS = {"F": 8, "V": 7}
"""Column of the status on the form and on its sheet of villages."""
HEADERS = {"F": 12, "V": 8}
"""Last row of the heading of each."""
_BATCH = 20
"""Forms in one workbook: LibreOffice takes longer for each sheet, the more there are."""
_READING = {"text_where_number", "yes_no_expected"}
_MARKS = ("THIẾU", "TRỐNG", "SAI", "XEM LẠI")


def test_thousand_fillings(catalog: Catalog, migrated_sqlite: Path, tmp_path: Path) -> None:
    """Every row of the form says what our rules say of the same file, in the same words, and nothing else."""
    own = with_checks(catalog)
    fillings = Fillings(make_blank(assignment_for(own, UNIT, PERIOD)), SampleSeries(own, seed=3))
    forms = [fillings.make(seed) for seed in range(FORMS)]
    url = f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path)}"
    ours = _verdicts(own, forms, url)
    seen: set[str] = set()
    batches = [dict(enumerate(forms[start : start + _BATCH], start)) for start in range(0, FORMS, _BATCH)]
    computed = compute([fillings.side_by_side(batch) for batch in batches], tmp_path)
    for number, issues in enumerate(ours):
        expected = _expected(own, fillings, issues)
        seen.update(issue.code for issue in issues)
        for letter, column in STATUS.items():
            for row, cells in enumerate(computed[f"{letter}{number}"], 1):
                status = cells[column - 1] if row > HEADERS[letter] else ""
                assert _pieces(status) == expected[letter, row], f"form {number}, {letter}{row}"
    # One looks at earlier periods, and no indicator of the shipped form is asked of villages and the commune.
    assert seen >= {rule.id for rule in _compiled(own)} - {"more_than_residents", "village_sum"} | _READING


def test_saved_by_libreoffice_it_is_read_as_before(
    catalog: Catalog, save_again: Callable[[Path], Path], tmp_path: Path
) -> None:
    """A form of 2026 says why a row is wrong when it is opened; saved again, it has the same figures and issues."""
    wrong = {"TH.hddt_dn.numerator": 500, "TH.hddt_dn.denominator": 45, "TH.hsskdt.numerator": None}
    path = tmp_path / "form.xlsx"
    path.write_bytes(make_workbook(catalog, TODAY, "2026-06", edits=wrong))
    saved = save_again(path)
    own, again = (parse_report(file.read_bytes(), catalog, Hints("form.xlsx")) for file in (path, saved))
    assert again.issues == own.issues
    assert [(each.numerator, each.denominator) for each in again.observations] == [
        (each.numerator, each.denominator) for each in own.observations
    ]
    form = load_workbook(saved, data_only=True).worksheets[0]
    assert form["A10"].value == "Còn thiếu 1 dòng bắt buộc. 1 dòng sai, phải sửa."
    assert form["H29"].value == "SAI ô E29: tử số 500 lớn hơn mẫu số 45."


def _compiled(catalog: Catalog) -> list[Rule]:
    return [rule for rule in catalog.rules.values() if rule.kind in formula_kinds()]


def _verdicts(catalog: Catalog, forms: Iterable[FilledForm], url: str) -> list[list[Issue]]:
    """Return what we say of each file: of its text cells, and by the rules that the form has formulas of."""
    parser = DirectParser(catalog)
    reports = [parser.parse(form.data, Hints("report.xlsx"), Limits()) for form in forms]
    engine = open_engine(url)
    with transaction(engine) as session:
        stage(session, (row for number, report in enumerate(reports) for row in rows_of(catalog, RUN, number, report)))
    engine.dispose()
    results = [[issue for issue in report.issues if issue.code in _READING] for report in reports]
    for finding in check(url, RUN, _compiled(catalog), len(reports), indicators=catalog.indicators.values()):
        if not finding.issue.is_shadow:
            results[finding.submission_id].append(finding.issue)
    return results


def _expected(catalog: Catalog, fillings: Fillings, issues: Iterable[Issue]) -> Mapping[tuple[str, int], list[str]]:
    """Return what the form has to say of each row, sorted; cells of one line that are not filled in come together."""
    cells_of: dict[tuple[str, int, str, str], list[str]] = defaultdict(list)
    for issue in issues:
        place = split_address(issue.cell or "")
        assert place is not None, issue
        letter = "F" if issue.sheet == fillings.blank.form.sheet else "V"
        cells_of[letter, place[0], *_words(catalog, issue)].append(issue.cell or "")
    results: dict[tuple[str, int], list[str]] = defaultdict(list)
    for (letter, row, mark, message), cells in cells_of.items():
        for listed in [", ".join(sorted(cells))] if mark in {"THIẾU", "TRỐNG"} else cells:
            results[letter, row].append(f"{mark} ô {listed}: {message}")
    return defaultdict(list, {place: sorted(each) for place, each in results.items()})


def _words(catalog: Catalog, issue: Issue) -> tuple[str, str]:
    is_grave = issue.severity is Severity.CRITICAL
    if issue.code.startswith("required_"):
        mark = "THIẾU" if is_grave else "TRỐNG"
    else:
        mark = "SAI" if is_grave else "XEM LẠI"
    message = (catalog.texts.issues.get(issue.code) or catalog.rules[issue.code]).message
    facts = {"cell": issue.cell, "found": issue.found, "expected": issue.expected, **issue.facts}
    return mark, show(Text(message.vi.removeprefix("Ô {cell}").lstrip(": "), ""), "vi", facts)


def _pieces(status: str) -> list[str]:
    """Return the sentences of a status, each with its mark."""
    return sorted(_split(status))


def _split(status: str) -> Iterator[str]:
    rest = status
    while rest:
        starts = [place for mark in _MARKS if (place := rest.find(f" {mark} ô ")) > 0]
        cut = min(starts, default=len(rest))
        yield rest[:cut].strip()
        rest = rest[cut:].strip()
