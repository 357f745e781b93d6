"""A year of unaltered sample reports: the rules refuse none of them and warn about few."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.issues import Severity
from domain.periods import Period, parse_period, periods_between
from flows.pipeline.outcome import RunOutcome
from tests.flows.pipeline.nightly_runs import AREA, context_of, deliver, run_plainly
from workbooks.sample.inbox import SampleFile, make_sample

pytestmark = pytest.mark.long

MONTHS = periods_between(parse_period("2024-05"), parse_period("2025-05"))
FORM = "cds_x_t"
FEW = 0.1
"""At most one warning on ten reports."""


def test_untouched_reports_are_accepted_with_few_questions(home: Path, catalog: Catalog) -> None:
    """Thirteen months of a district, each judged once it has closed: no rule refuses, and few ask."""
    files = [file for file in make_sample(catalog, AREA, MONTHS, 585) if not file.defects]
    outcomes = [run_month(home, catalog, month, files) for month in MONTHS]
    verdicts = [submission_outcome for outcome in outcomes for submission_outcome in outcome.verdicts]
    issues = [issue for submission_outcome in verdicts for issue in submission_outcome.issues]
    counter = Counter(issue.code for issue in issues if issue.severity is Severity.WARNING)
    assert (len(verdicts), {submission_outcome.accepted for submission_outcome in verdicts}) == (len(files), {True})
    assert [issue for issue in issues if issue.severity is Severity.CRITICAL] == []
    assert counter.total() <= FEW * len(files), counter


def run_month(home: Path, catalog: Catalog, month: Period, files: Sequence[SampleFile]) -> RunOutcome:
    """Run the pipeline on a day by which all of a month's reports have arrived."""
    deliver(home, [file for file in files if month.id in file.path.parts])
    day = catalog.forms.last_day(FORM, month) + timedelta(days=20)
    context = context_of(home, now=datetime.combine(day, time(18), tzinfo=UTC))
    return run_plainly(context, f"night-{month}", month.id)
