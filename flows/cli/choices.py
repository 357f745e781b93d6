"""What a command means when it does not say: the form of a period."""

from domain.catalog import Catalog
from domain.errors import UsageError
from domain.layouts import Form
from domain.periods import Period


def form_for(catalog: Catalog, period: Period, named: str | None) -> Form:
    """The form that is named, else the only one that is reported for periods of this kind.

    Raises:
        UsageError: there is none, or several and none was named.
    """
    if named:
        return catalog.form(named)
    fitting = [form for form in catalog.forms.values() if form.frequency is period.frequency]
    if not fitting:
        known = ", ".join(f"{form.id} (every {form.frequency})" for form in catalog.forms.values())
        raise UsageError(f"no form is reported for periods like {period}; the catalogue has: {known}")
    if len(fitting) > 1:
        raise UsageError(f"several forms are reported for {period}; name one with --form: {', '.join(catalog.forms)}")
    return fitting[0]
