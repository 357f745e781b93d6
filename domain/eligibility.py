"""Whether a report may be judged: its period has closed, and its unit owes the form."""

from datetime import date, timedelta

from domain.catalog.catalog import Catalog
from domain.catalog.forms import Forms
from domain.issues import Issue
from domain.periods import Period
from domain.submissions import ParsedReport

NOT_OPEN = "period_not_open"
NOT_OWED = "not_owed"


def opens_on(forms: Forms, form: str, period: Period) -> date:
    """Return the first day on which reports of a period are taken: the day after its last."""
    return forms.last_day(form, period) + timedelta(days=1)


def check_eligibility(report: ParsedReport, catalog: Catalog, today: date) -> tuple[Issue, ...]:
    """Return the issues that keep a report from being judged: its period is not over, or its form is not due.

    A report whose unit, period or form could not be identified has issues of its own already and gets none here.
    """
    if report.unit is None or report.period is None or report.form is None:
        return ()
    issues: list[Issue] = []
    first_day = opens_on(catalog.forms, report.form, report.period)
    if today < first_day:
        facts = {"period": report.period.id, "opens_on": f"{first_day:%d/%m/%Y}"}
        issues.append(
            Issue(
                code=NOT_OPEN,
                severity=catalog.texts.issues[NOT_OPEN].severity,
                found=report.period.id,
                expected=facts["opens_on"],
                unit=report.unit.code,
                facts=facts,
            )
        )
    if not catalog.owes(report.form, report.unit, report.period):
        issues.append(
            Issue(
                code=NOT_OWED,
                severity=catalog.texts.issues[NOT_OWED].severity,
                found=report.unit.code,
                unit=report.unit.code,
                facts={"form": catalog.forms.form(report.form).number, "period": report.period.id},
            )
        )
    return tuple(issues)
