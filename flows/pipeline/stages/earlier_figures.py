"""Figures of earlier periods that a report is judged beside, as far as they count the same."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

from domain.catalog.catalog import Catalog
from domain.periods import parse_period
from domain.staging import StagedHistory
from domain.submissions import ParsedReport
from warehouse.store.engine import Session
from warehouse.submissions.staging import PastMoment, history

STEPS_BACK = 12
"""How many periods the rules may look back: a year of monthly reports."""


def earlier_figures(
    session: Session,
    catalog: Catalog,
    run_id: str,
    reports: Mapping[int, ParsedReport],
    then: PastMoment | None = None,
) -> Iterator[StagedHistory]:
    """Yield the figures accepted for earlier periods, as rows to stage.

    Those of an indicator that counts something else since then are staged without denominators: that these move is its
    definition, not the unit's mistake.

    Args:
        session: the session to read in.
        catalog: the catalogue that the reports are judged by.
        run_id: the run they are to be staged for.
        reports: the placed reports to be judged, by submission.
        then: use what was accepted at that moment instead of now.
    """

    @cache
    def last_day(form: str, period: str) -> date:
        return catalog.forms.last_day(form, parse_period(period))

    redefined = {name for name, indicator in catalog.indicators.items() if indicator.breaks}
    for row in history(session, run_id, list(reports), STEPS_BACK, then):
        report = reports[row.submission_id]
        if row.indicator in redefined and report.form is not None and report.period is not None:
            indicator = catalog.indicators[row.indicator]
            days = last_day(report.form, row.period), last_day(report.form, report.period.id)
            before, now = (indicator.on(day).denominator_kind for day in days)
            yield row if before == now else row._replace(denominator=None)
        else:
            yield row
