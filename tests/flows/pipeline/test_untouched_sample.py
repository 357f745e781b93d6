"""Unaltered sample reports of many months: the rules refuse none of them and warn about few."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from domain.catalog.catalog import load_catalog
from domain.issues import Severity
from domain.periods import Period, parse_period, periods_between
from tests.catalogs import copy_small
from tests.flows.pipeline.nightly_runs import AREA, context_of, deliver, published_rows, run_plainly
from workbooks.sample.inbox import make_sample

pytestmark = pytest.mark.long

MONTHS = list(map(parse_period, ("2024-05", "2024-12", "2025-01", "2025-02", "2025-05")))
"""Months over the turn of a year, and the last one's of the year before."""
MERGER = periods_between(parse_period("2025-06"), parse_period("2025-09"))
"""The last month of the old communes, the first of the new ones and the quarter that these fill."""
MERGED = "56-phan"
MERGED_FILE = """
id: 56-phan
name: {vi: "Một phần tỉnh Khánh Hòa", en: "a part of Khánh Hòa"}
level: district
as_of: 2025-07-14
members: ["22333", "22366", "22411", "22465", "22546", "22609", "22738", "22810", "22813", "22822", "22828", "22849"]
valid_from: 2025-07-01
valid_to: null
source: "a test"
"""
"""Communes of a province after the merger, those among them that took in communes of two old districts."""
FORM = "cds_x_t"
FEW = 0.05
"""At most one warning on twenty reports."""


@pytest.mark.parametrize(
    ("area", "months", "published"), [(AREA, MONTHS, ["2025-05"]), (MERGED, MERGER, ["2025-07", "2025-09", "2025-Q3"])]
)
def test_untouched_reports_are_accepted_with_few_questions(
    home: Path, tmp_path: Path, area: str, months: list[Period], published: list[str]
) -> None:
    """Months of a district, and of a province's communes across the merger, in one run: none is refused, few ask."""
    root = copy_small(tmp_path / "catalog")
    (root / "areas" / "56-phan.yaml").write_text(MERGED_FILE, "utf-8")
    catalog = load_catalog(root)
    files = [file for file in make_sample(catalog, area, months, 585) if not file.defects]
    deliver(home, files)
    day = catalog.forms.last_day(FORM, months[-1]) + timedelta(days=20)
    outcomes = run_plainly(
        context_of(home, now=datetime.combine(day, time(18), tzinfo=UTC), catalog=root, areas=(area,))
    ).verdicts
    issues = [issue for outcome in outcomes for issue in outcome.issues]
    counter = Counter(issue.code for issue in issues if issue.severity is Severity.WARNING)
    assert (len(outcomes), {outcome.accepted for outcome in outcomes}) == (len(files), {True})
    assert [issue for issue in issues if issue.severity is Severity.CRITICAL] == []
    assert counter.total() <= FEW * len(files), counter
    if area != AREA:  # a report of the district with a planted defect is left out
        statuses = {row["status"] for period in published for row in published_rows(home, period, area).values()}
        assert statuses <= {"complete", "not_comparable"}  # some figures are not summed over units or months
        assert "complete" in statuses
