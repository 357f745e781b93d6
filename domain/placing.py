"""Whether a report may be judged at all: its period has closed, and its unit owes the form."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.catalog.catalog import Catalog
from domain.issues import Issue
from domain.periods import Period
from domain.submissions import ParsedReport

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""Cut-offs and deadlines are days in Vietnam, wherever the program runs."""

NOT_OPEN = "period_not_open"
NOT_OWED = "not_owed"


def day_in_vietnam(moment: datetime) -> date:
    """The calendar day that a moment falls on in Vietnam."""
    return moment.astimezone(VIETNAM).date()


def opens_on(catalog: Catalog, form: str, period: Period) -> date:
    """The first day on which a period's reports are taken: the day after its last."""
    return catalog.last_day(form, period) + timedelta(days=1)


def place(report: ParsedReport, catalog: Catalog, today: date) -> tuple[Issue, ...]:
    """What speaks against judging a report: its period is not open yet, or its unit does not owe the form.

    A report whose unit, period or form could not be told has its own issues
    already and gets none here.
    """
    if report.unit is None or report.period is None or report.form is None:
        return ()
    results: list[Issue] = []
    first_day = opens_on(catalog, report.form, report.period)
    if today < first_day:
        facts = {"period": report.period.id, "opens_on": f"{first_day:%d/%m/%Y}"}
        results.append(
            Issue(
                code=NOT_OPEN,
                severity=catalog.issue_texts[NOT_OPEN].severity,
                found=report.period.id,
                expected=facts["opens_on"],
                unit=report.unit.code,
                facts=facts,
            )
        )
    if not catalog.owes(report.form, report.unit, report.period):
        results.append(
            Issue(
                code=NOT_OWED,
                severity=catalog.issue_texts[NOT_OWED].severity,
                found=report.unit.code,
                unit=report.unit.code,
                facts={"form": catalog.form(report.form).number, "period": report.period.id},
            )
        )
    return tuple(results)
