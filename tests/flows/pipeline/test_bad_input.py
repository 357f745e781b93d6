"""Every kind of bad file ends as a named issue on a kept submission, and the communes with good ones are published."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from domain.catalog.catalog import Catalog
from domain.catalog.texts import Texts
from domain.layouts import ColumnRole
from domain.periods import parse_period
from domain.rules import Rule
from tests.builders import open_workbook
from tests.flows.pipeline.nightly_runs import (
    AREA,
    WRONG,
    codes_of,
    context_of,
    prepare_home,
    published_rows,
    put,
    rows_of,
    run_plainly,
)
from workbooks.cells.stamp import figure_name
from workbooks.sample.inbox import SampleFile, make_sample

BEFORE_CUT_OFF = datetime(2025, 6, 10, 1, 0, tzinfo=UTC)
"""2025-06 closes on the 14th."""

Spoil = Callable[[bytes, Catalog], bytes]


def edited(data: bytes, edit: Callable[[Any], None]) -> bytes:
    """A workbook after an edit in Excel."""
    workbook = open_workbook(data)
    edit(workbook)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def figure(workbook: Any, indicator: str, role: ColumnRole) -> Any:  # noqa: ANN401 # openpyxl's cell
    """The cell of a figure, found by its defined name."""
    ((sheet, address),) = workbook.defined_names[figure_name(indicator, role)].destinations
    return workbook[sheet][address]


def not_a_workbook(_data: bytes, _catalog: Catalog) -> bytes:
    """Some other file under the workbook's name."""
    return b"%PDF-1.7 this is no workbook"


def another_form(_data: bytes, _catalog: Catalog) -> bytes:
    """A workbook that has nothing of the form."""
    workbook = openpyxl.Workbook()
    workbook.worksheets[0].append(["Danh sách cán bộ", "Chức vụ"])
    return edited_new(workbook)


def edited_new(workbook: Any) -> bytes:  # noqa: ANN401 # openpyxl's workbook
    """A new workbook as bytes."""
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def unknown_unit(data: bytes, _catalog: Catalog) -> bytes:
    """A workbook stamped with a code that no register knows."""

    def edit(workbook: Any) -> None:  # noqa: ANN401 # openpyxl's workbook
        for row in workbook["_meta"].iter_rows():
            if row[0].value == "unit":
                row[1].value = "99999"
        for stamped in workbook.custom_doc_props.props:
            if stamped.name == "tonghop_unit":
                stamped.value = "99999"

    return edited(data, edit)


def missing_sheet(data: bytes, catalog: Catalog) -> bytes:
    """A workbook whose form sheet was removed."""
    sheet = catalog.forms.layouts[0].sheet

    def edit(workbook: Any) -> None:  # noqa: ANN401 # openpyxl's workbook
        del workbook[sheet]

    return edited(data, edit)


def text_for_a_number(data: bytes, catalog: Catalog) -> bytes:
    """A workbook that says "many" where a number belongs."""
    indicator = catalog.forms.layouts[0].indicators[0]

    def edit(workbook: Any) -> None:  # noqa: ANN401 # openpyxl's workbook
        figure(workbook, indicator, ColumnRole.NUMERATOR).value = "nhiều"

    return edited(data, edit)


def numerator_above_denominator(data: bytes, catalog: Catalog) -> bytes:
    """A workbook in which more households use something than there are."""
    bounded = (
        each for each in catalog.forms.layouts[0].indicators if not catalog.indicators[each].denominator_is_target
    )
    indicator = next(each for each in bounded if catalog.indicators[each].denominator is not None)

    def edit(workbook: Any) -> None:  # noqa: ANN401 # openpyxl's workbook
        numerator = figure(workbook, indicator, ColumnRole.NUMERATOR)
        numerator.value = figure(workbook, indicator, ColumnRole.DENOMINATOR).value + 1

    return edited(data, edit)


@dataclass(frozen=True)
class Case:
    """Whose file is spoilt, how, and which issue has to name it."""

    unit: str
    spoil: Spoil
    code: str


CASES = {
    "not a workbook": Case("22810", not_a_workbook, "not_a_workbook"),
    "another form": Case("22813", another_form, "unknown_form"),
    "unknown unit": Case("22816", unknown_unit, "unknown_unit"),
    "missing sheet": Case("22819", missing_sheet, "form_sheet_missing"),
    "text for a number": Case("22822", text_for_a_number, "text_where_number"),
    "numerator above denominator": Case("22825", numerator_above_denominator, "numerator_within_denominator"),
}
NOT_OPEN = "kỳ sau.xlsx"


@pytest.fixture(scope="module")
def bad_night(
    tmp_path_factory: pytest.TempPathFactory,
    mirrored_warehouse: Path,
    sample: tuple[SampleFile, ...],
    catalog: Catalog,
) -> Path:
    """Return a home after a run on six bad files, one sent a month too early, and two good ones."""
    home = prepare_home(tmp_path_factory.mktemp("bad") / "home", mirrored_warehouse)
    spoils = {case.unit: case.spoil for case in CASES.values()}
    # The sample's one wrong workbook is left out: its correction is Ma Nới's good one here.
    for file in (each for each in sample if each.is_correction or WRONG not in each.path.name):
        unit = file.path.name.split("_")[1]
        data = spoils[unit](file.data, catalog) if unit in spoils else file.data
        put(home / "inbox" / "2025-05" / file.path.name, data, file.delivered_at)
    early = next(iter(make_sample(catalog, "22831", [parse_period("2025-06")], seed=1)))
    put(home / "inbox" / NOT_OPEN, early.data, BEFORE_CUT_OFF)
    run_plainly(context_of(home, now=BEFORE_CUT_OFF))
    return home


@pytest.mark.parametrize("kind", CASES)
def test_a_bad_file_is_named_and_kept(bad_night: Path, kind: str) -> None:
    """The submission is quarantined with the issue that says what is wrong, and its bytes are kept."""
    name = f"BC_{CASES[kind].unit}_2025-05.xlsx"
    ((state, digest),) = rows_of(bad_night, f"SELECT state, sha256 FROM submission WHERE file_name = '{name}'")
    assert state == "quarantined"
    assert CASES[kind].code in codes_of(bad_night, name)
    assert (bad_night / "landing" / str(digest)[:2] / str(digest)[2:4] / str(digest)).is_file()


def test_a_period_that_is_not_open_is_named(bad_night: Path) -> None:
    """A report sent before its period has closed is refused, and the day on which to send it is told."""
    assert codes_of(bad_night, NOT_OPEN) == {"period_not_open"}
    facts = rows_of(bad_night, "SELECT facts FROM issue WHERE code = 'period_not_open'")
    assert "15/06/2025" in str(facts)


def test_the_good_communes_are_published(bad_night: Path) -> None:
    """Two good reports are rolled up and published, and the rows say that six units are missing."""
    rows = [row for row in published_rows(bad_night).values() if row["status"] != "not_comparable"]
    counts = {(row["units_expected"], row["units_accepted"], row["status"]) for row in rows}
    assert counts == {("8", "2", "partial")}


def test_every_issue_has_a_text(bad_night: Path, rules: Mapping[str, Rule], texts: Texts) -> None:
    """Each issue of the run has a text in the catalogue, so that no bare code is shown."""
    codes = {code for (code,) in rows_of(bad_night, "SELECT DISTINCT code FROM issue")}
    assert codes <= {*texts.issues, *rules}


def test_nothing_is_published_for_the_early_period(bad_night: Path) -> None:
    """A refused report opens no period."""
    assert not (bad_night / "published" / "2025-06" / AREA).exists()
