"""Tests of lines with figures in any of their cells, alone or as shares: no typed number is lost without an issue."""

import re
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.catalog.catalog import Catalog
from domain.layouts import ColumnRole
from domain.observations import Figure
from tests.examples import examples
from workbooks.cells.addresses import cell_address
from workbooks.cells.cells import Cell, CellKind, Sheet, SheetContents, SheetState
from workbooks.cells.findings import Findings
from workbooks.report.figures import SheetContext, parse_line
from workbooks.tables.locate import LocatedLine

_ROLES = (ColumnRole.DENOMINATOR, ColumnRole.NUMERATOR, ColumnRole.PERCENT)
_FEW = st.sampled_from(["3", "4", "12", "75"])
_PERCENTS = st.sampled_from(["75%", "25,00%", "76,44%"])
_CONTENTS = st.one_of(
    st.just(""),
    _FEW,
    st.builds("{}/{}".format, _FEW, _FEW),
    st.builds("{} / {} người ({})".format, _FEW, _FEW, _PERCENTS),
    st.builds("{} ({}/{})".format, _PERCENTS, _FEW, _FEW),
    _PERCENTS,
    st.sampled_from(["x", "-", "…", "8/8/2025", "3 người", "3 nghìn", "nhiều", "3/x", "3/4/12"]),
)


@settings(max_examples=examples(200), deadline=None)
@given(contents=st.tuples(_CONTENTS, _CONTENTS, _CONTENTS), is_number=st.booleans())
@example(contents=("4", "3/12", ""), is_number=False)
@example(contents=("", "", "3/4"), is_number=False)
@example(contents=("x", "3/4", ""), is_number=False)
def test_typed_numbers_are_parsed_or_noted(catalog: Catalog, contents: tuple[str, ...], is_number: bool) -> None:
    """Without an issue every number of a line's cells is its numerator, denominator or stated percentage."""
    findings = Findings(catalog.texts.issues)
    sheet = Sheet("Biểu", SheetState.VISIBLE, SheetContents({cell.a1: cell for cell in _cells(contents, is_number)}))
    line = LocatedLine("hsskdt", "Dòng", {role: (1, column) for column, role in enumerate(_ROLES, start=1)})
    read = parse_line(SheetContext(catalog, sheet, findings), line, "22813")
    if findings.issues:
        return
    numerator, denominator, stated = map(_number, (read.numerator, read.denominator, read.stated))
    for content, own in zip(contents, (denominator, numerator, stated), strict=True):
        parts = re.findall(r"([0-9]+)\s*/\s*([0-9]+)", content)
        percents = re.findall(r"([0-9,]+)%", content)
        assert not parts or parts == [(str(numerator), str(denominator))]
        assert all(Decimal(percent.replace(",", ".")) == stated for percent in percents)
        alone = re.fullmatch(r"([0-9]+)( người)?", content)
        assert alone is None or Decimal(alone[1]) == own


def _cells(contents: tuple[str, ...], is_number: bool) -> list[Cell]:
    cells = []
    for column, content in enumerate(contents, start=1):
        value = Decimal(content) if is_number and content.isdecimal() else content
        kind = CellKind.TEXT if isinstance(value, str) else CellKind.NUMBER
        if content:
            cells.append(
                Cell(cell_address(1, column), 1, column, kind, value, content, "General", "", has_formula=False)
            )
    return cells


def _number(figure: Figure | None) -> Decimal | None:
    return figure.number if figure is not None else None
