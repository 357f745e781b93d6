"""Reports and figures that the address of a page or the fields of a form name."""

from dataclasses import dataclass
from urllib.parse import quote

from starlette.exceptions import HTTPException

from domain.errors import UsageError
from domain.periods import parse_period
from domain.rollups import Boundary
from domain.units import OrgUnit
from flows.support.area_figures import FiguresRequest
from flows.support.choices import form_made_up
from warehouse.rollups.scope import RollupKey
from warehouse.submissions.report_keys import ReportKey
from web.desk.context import DeskContext


@dataclass(frozen=True, slots=True)
class RequestedReport:
    """The report that an address names: unit, form and period."""

    unit: OrgUnit
    key: ReportKey

    @property
    def address(self) -> str:
        """The address of the report's page."""
        return f"/reports/{quote(self.key.form, safe='')}/{quote(self.unit.code, safe='')}/{self.key.period.id}"

    @property
    def names(self) -> dict[str, str]:
        """The fields of a form that name it."""
        return {"form": self.key.form, "unit": self.unit.code, "period": self.key.period.id}


def requested_report(desk: DeskContext, form: str, code: str, period_id: str) -> RequestedReport:
    """Return the report of a form, unit and period.

    Raises:
        HTTPException: 404, there is no such form or period, or no unit of that code existed then.
    """
    try:
        period = parse_period(period_id)
        is_of_form = desk.catalog.forms.form(form).frequency is period.frequency
        unit = desk.catalog.units.get(code, desk.catalog.forms.last_day(form, period))
    except (UsageError, ValueError) as error:
        raise HTTPException(404) from error
    if not is_of_form:
        raise HTTPException(404)
    return RequestedReport(unit, ReportKey(unit.key, form, period))


@dataclass(frozen=True, slots=True)
class RequestedFigures:
    """The figures of an area for a period, on its own boundaries."""

    key: RollupKey

    @property
    def address(self) -> str:
        """The address of the page that lists figures."""
        return f"/acts?figures={quote(self.key.form, safe='')}%3A{self.key.period.id}#figures"

    @property
    def names(self) -> dict[str, str]:
        """The fields of a form that name it."""
        return {"form": self.key.form, "area": self.key.area.code, "period": self.key.period.id}


@dataclass(frozen=True, slots=True)
class RequestedUnit:
    """The unit that has a code today, else the last one that had it."""

    unit: OrgUnit

    @property
    def address(self) -> str:
        """The address of the unit's page."""
        return f"/units/{quote(self.unit.code, safe='')}"

    @property
    def names(self) -> dict[str, str]:
        """The fields of a form that name it."""
        return {"unit": self.unit.code}


def requested_unit(desk: DeskContext, code: str) -> RequestedUnit:
    """Return the unit of a code.

    Raises:
        HTTPException: 404, no unit ever had it.
    """
    versions = desk.catalog.units.versions(code)
    unit = desk.catalog.units.find(code, desk.today) or (versions[-1] if versions else None)
    if unit is None:
        raise HTTPException(404)
    return RequestedUnit(unit)


def requested_figures(desk: DeskContext, form: str, area: str, period_id: str) -> RequestedFigures:
    """Return the figures of a form, area and period.

    Raises:
        HTTPException: 404, there is no such form, area or period.
    """
    try:
        period = parse_period(period_id)
        chosen = form_made_up(desk.catalog.forms, period, form)
        key = FiguresRequest(area, chosen.id, period, Boundary.AS_THEN).key(desk.catalog, desk.clock())
    except (UsageError, ValueError) as error:
        raise HTTPException(404) from error
    return RequestedFigures(key)
