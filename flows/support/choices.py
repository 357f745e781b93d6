"""Defaults for arguments left out: the form of a period, the time zone of a timestamp."""

from datetime import UTC, datetime

from domain.catalog.forms import Forms
from domain.errors import UsageError
from domain.layouts import Form
from domain.periods import Period
from domain.vietnam_time import VIETNAM


def form_for(forms: Forms, period: Period, named: str | None) -> Form:
    """Return the named form, else the only one that units fill in for periods of this kind.

    Raises:
        UsageError: there is none, or several and none was named.
    """
    if named:
        return forms.form(named)
    fitting = [form for form in forms.of_units if form.frequency is period.frequency]
    if not fitting:
        known = ", ".join(f"{form.id} (every {form.frequency})" for form in forms.by_id.values())
        raise UsageError(f"no form is reported for periods like {period}; the catalogue has: {known}")
    if len(fitting) > 1:
        raise UsageError(f"several forms are reported for {period}; name one with --form: {', '.join(forms.by_id)}")
    return fitting[0]


def form_made_up(forms: Forms, period: Period, named: str | None) -> Form:
    """Return the named form, else the only one of units whose periods add up to this one, as months do to a quarter.

    Raises:
        UsageError: there is none, or several and none was named.
    """
    fitting = [form for form in forms.of_units if period.parts(form.frequency)]
    if named:
        chosen = forms.form(named)
        if not period.parts(chosen.frequency):
            raise UsageError(f"form {named} is reported every {chosen.frequency}; {period} is shorter than that")
        return chosen
    if len(fitting) != 1:
        known = ", ".join(f"{form.id} (every {form.frequency})" for form in fitting or forms.by_id.values())
        raise UsageError(f"name the form of {period} with --form: {known}")
    return fitting[0]


def moment_of(text: str) -> datetime:
    """Parse a timestamp and convert it to UTC; without a time zone it is in Vietnam's time.

    Raises:
        UsageError: the text is no timestamp.
    """
    try:
        result = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no moment: write 2025-06-01T00:00") from error
    return (result if result.tzinfo else result.replace(tzinfo=VIETNAM)).astimezone(UTC)
