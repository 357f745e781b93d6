"""The CSV file holds the columns of the design, in their order, as programs and Excel read them."""

import csv
import io
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.indicators import Indicator, Measure
from domain.rollups import RollupRow, RollupStatus
from publishing.data.rollup_csv import columns_of, write_csv
from tests.publishing.revisions import build_revision, with_row
from warehouse.queries import Revision

GOLDEN = Path(__file__).parents[2] / "golden" / "rollup.csv"
DESIGN = (
    "area, period, indicator, value, numerator, denominator, denominator_kind, target, target_assumed, attained, "
    "units_expected, units_accepted, units_late, units_missing, status, boundary, revision, published_at, run_id, notes"
)
"""The columns of editions 1 and 2."""


def read(data: bytes) -> list[dict[str, str]]:
    """Read the rows of a CSV file, by column."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


@pytest.fixture
def rows(indicators: Mapping[str, Indicator], revision: Revision) -> list[dict[str, str]]:
    """Write the rows of the complete revision and read them back."""
    return read(write_csv(revision.rows, indicators))


def test_columns_stand_in_the_published_order(indicators: Mapping[str, Indicator], revision: Revision) -> None:
    """The header is exactly the design's list of columns, followed by those of later editions."""
    for edition, later in ((1, []), (2, []), (3, ["finality"])):
        written = write_csv(revision.rows, indicators, columns_of(edition))
        head = written.decode("utf-8-sig").splitlines()[0]
        assert head.replace('"', "").split(",") == [*DESIGN.split(", "), *later]


def test_file_begins_with_a_byte_order_mark(indicators: Mapping[str, Indicator], revision: Revision) -> None:
    """Excel needs it to read the diacritics."""
    assert write_csv(revision.rows, indicators).startswith(b"\xef\xbb\xbf")


def test_every_row_comes_back(revision: Revision, rows: list[dict[str, str]]) -> None:
    """Indicator, numbers and counts read back equal to the revision's."""
    results = [
        (row["indicator"], Decimal(row["value"]), Decimal(row["numerator"]), row["units_accepted"]) for row in rows
    ]
    assert results == [(row.indicator, row.value, row.numerator, str(row.units_accepted)) for row in revision.rows]


def test_percentages_have_two_decimals_and_counts_none(
    indicators: Mapping[str, Indicator], rows: list[dict[str, str]]
) -> None:
    """100 % is written as 100.00, a count of 61 as 61."""
    places = {(indicators[row["indicator"]].measure, len(row["value"].partition(".")[2])) for row in rows}
    assert places == {(Measure.RATIO, 2), (Measure.COUNT, 0)}


@pytest.mark.parametrize(("value", "expected"), [(True, "true"), (False, "false"), (None, "")])
def test_booleans_are_spelt_for_programs(
    indicators: Mapping[str, Indicator], revision: Revision, value: bool | None, expected: str
) -> None:
    """They read true, false, or empty where attainment is not judged."""
    (row, *_) = read(write_csv(with_row(revision, 0, attained=value).rows, indicators))
    assert row["attained"] == expected


def test_figure_that_cannot_be_compared_is_empty(indicators: Mapping[str, Indicator], revision: Revision) -> None:
    """A missing value is an empty cell, never a zero."""
    changed = with_row(revision, 0, value=None, status=RollupStatus.NOT_COMPARABLE)
    (row, *_) = read(write_csv(changed.rows, indicators))
    assert (row["value"], row["status"]) == ("", "not_comparable")


def test_moment_is_in_utc(rows: list[dict[str, str]]) -> None:
    """Moments are ISO 8601 with a Z."""
    assert {row["published_at"] for row in rows} == {"2025-05-16T18:30:00Z"}


def test_note_that_looks_like_a_formula_is_escaped(indicators: Mapping[str, Indicator], revision: Revision) -> None:
    """A note from a workbook cannot run when the file is opened."""
    (row, *_) = read(write_csv(with_row(revision, 0, notes="=1+1\r\nx").rows, indicators))
    assert row["notes"] == "'=1+1\nx"


def test_negative_number_stays_a_number(indicators: Mapping[str, Indicator], revision: Revision) -> None:
    """Only texts are escaped: a minus sign before a number does not start a formula."""
    (row, *_) = read(write_csv(with_row(revision, 0, numerator=Decimal(-5)).rows, indicators))
    assert row["numerator"] == "-5"


def test_large_round_number_is_written_out(indicators: Mapping[str, Indicator], revision: Revision) -> None:
    """Numbers are written without exponent, however they were stored."""
    (row, *_) = read(write_csv(with_row(revision, 0, numerator=Decimal("9E+5")).rows, indicators))
    assert row["numerator"] == "900000"


def test_indicator_that_left_the_catalogue_is_still_written(revision: Revision) -> None:
    """An old revision can be written when its indicators have left the catalogue."""
    assert [row["indicator"] for row in read(write_csv(revision.rows, {}))] == [row.indicator for row in revision.rows]


def test_rollup_equals_the_golden_one(catalog: Catalog, update_golden: bool) -> None:
    """A partial district gives the reviewed golden file, cell by cell."""
    published = write_csv(build_revision(catalog, refused={"22828"}, late={"22813"}).rows, catalog.indicators)
    if update_golden:
        GOLDEN.write_bytes(published)
    assert read(published) == read(GOLDEN.read_bytes())


def test_golden_file_is_of_todays_columns() -> None:
    """The golden file has exactly the columns of a row."""
    assert tuple(read(GOLDEN.read_bytes())[0]) == tuple(RollupRow.__dataclass_fields__)
