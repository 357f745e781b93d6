"""Parsing always returns a report: damaged workbooks never raise and are always explained."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.catalog.catalog import Catalog
from tests.examples import examples
from tests.tools.mutants import mutate, parts_of, rewrite
from tests.tools.rewritings import REWRITINGS, Edit
from tests.tools.sweep import good_workbooks
from tests.workbooks.workbook_edits import pack
from workbooks.cells.cells import Workbook
from workbooks.cells.guards import RefusedError
from workbooks.identify.hints import Hints
from workbooks.marking.mark_removal import read_without_marks
from workbooks.report.parse import parse_report

pytestmark = pytest.mark.long

_HINTS = Hints("22813_2025-05.xlsx", ("2025-05",))
_SETTINGS = settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
_SEEDS = st.integers(0, 2**32)


@_SETTINGS
@given(
    data=st.binary(max_size=400),
    start=st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x08\x10\x00", b"<html"]),
)
def test_any_bytes_are_refused_by_name(catalog: Catalog, data: bytes, start: bytes) -> None:
    """Random bytes are refused with an issue that has a catalogue text."""
    report = parse_report(start + data, catalog, _HINTS)
    assert report.has_critical
    assert all(issue.code in catalog.texts.issues for issue in report.issues)


@settings(_SETTINGS, max_examples=examples(120))
@given(seed=_SEEDS)
def test_spoilt_workbooks_are_explained(catalog: Catalog, seed: int) -> None:
    """A report has form, unit and period or a critical issue that explains why not; every issue has a text."""
    report = parse_report(mutate(good_workbooks(), seed), catalog, _HINTS)
    assert report.is_placeable or report.has_critical
    assert all(issue.code in catalog.texts.issues for issue in report.issues)


@_SETTINGS
@given(which=st.sampled_from([0, 1]), seed=_SEEDS)
def test_other_words_of_the_same_meaning(which: int, seed: int) -> None:
    """A workbook with equivalent markup is read as the same cells or refused, never otherwise."""
    original = good_workbooks()[which]
    try:
        read = read_without_marks(rewrite(original, seed))
    except RefusedError:
        return
    assert _content(read) == _content(read_without_marks(original))


@pytest.mark.parametrize("edit", REWRITINGS, ids=[edit.__name__.lstrip("_") for edit in REWRITINGS])
@pytest.mark.parametrize("which", [0, 1], ids=["template", "by hand"])
def test_each_rewriting_is_read(edit: Edit, which: int) -> None:
    """Markup variants that other programs are known to write are read, not refused."""
    original = good_workbooks()[which]
    parts = parts_of(original)
    edit(parts, random.Random(1))  # noqa: S311 - not used for security
    assert pack(parts) != pack(parts_of(original))
    assert _content(read_without_marks(pack(parts))) == _content(read_without_marks(original))


def _content(workbook: Workbook) -> object:
    """Return everything a report is made of, regardless of order."""
    return (
        [
            (
                sheet.name,
                sheet.state,
                dict(sheet.cells),
                sorted(sheet.merged),
                sheet.contents.hidden_rows,
                sheet.comments,
            )
            for sheet in workbook.sheets
        ],
        dict(workbook.names),
        dict(workbook.properties),
    )
