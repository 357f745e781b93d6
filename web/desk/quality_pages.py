"""Pages about reporting itself: how well units report, and what the lines of a form cost them."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from domain.errors import UsageError
from domain.quality.burden import sum_of
from warehouse.queries.desk.line_burden import line_burden
from warehouse.queries.desk.reporting_quality import counted_at, ended_periods, reporting_quality
from warehouse.store.engine import reading
from web.desk.context import DeskContext
from web.desk.page import DeskPage, lang_of

PERIODS = (6, 12, 24)
"""How many periods a page may show."""
_USUAL = 12
ROWS = 100
_MOST_SKIPPED = 10**5


def reporting_quality_page(desk: DeskContext, request: Request) -> Response:
    """Return how well units report, of the user's areas, or of one right above units that the address names.

    Raises:
        HTTPException: 404, a parameter has an impossible value.
    """
    page, query = DeskPage(desk.catalog, lang_of(request, desk.lang), request), request.query_params
    form, count, skip = _form(desk, query), _number(query, "columns", _USUAL), _number(query, "skip", 0)
    if count not in PERIODS or skip > _MOST_SKIPPED:
        raise HTTPException(404)
    limits = page.user.areas if page.user else ()
    with reading(desk.engine) as session:
        periods = ended_periods(session, desk.catalog, form, desk.today, count)
        quality = reporting_quality(session, desk.owed_reports, limits or desk.areas, form, periods)
        last = counted_at(session, form)
    above = sorted({row.unit.parent for row in quality.units if row.unit.parent})
    if area := query.get("area", ""):
        quality = quality.of_area(area)
    return page.respond(
        "reporting_quality.html.j2",
        number=_written(page),
        counted_at=last,
        quality=quality,
        rows=quality.units[skip : skip + ROWS],
        skip=skip,
        most=ROWS,
        form=form,
        forms=tuple(each.id for each in desk.catalog.forms.of_units),
        area=area,
        areas={code: _name(desk, code) for code in above},
        columns=PERIODS,
        chosen=count,
    )


def burden_page(desk: DeskContext, request: Request) -> Response:
    """Return what the lines of a form cost, and how little they say.

    Raises:
        HTTPException: 404, a parameter has an impossible value.
    """
    page, query = DeskPage(desk.catalog, lang_of(request, desk.lang), request), request.query_params
    form = _form(desk, query)
    with reading(desk.engine) as session:
        periods = ended_periods(session, desk.catalog, form, desk.today, _USUAL)
        lines = line_burden(session, form, periods)
        last = counted_at(session, form)
    return page.respond(
        "burden.html.j2",
        number=_written(page),
        counted_at=last,
        lines=lines,
        total=sum_of(lines),
        form=form,
        forms=tuple(each.id for each in desk.catalog.forms.of_units),
        first=periods[0],
        last=periods[-1],
    )


def _written(page: DeskPage) -> Callable[[int | Decimal], str]:
    return lambda number: page.formatter.number(Decimal(number))


def _form(desk: DeskContext, query: Mapping[str, str]) -> str:
    forms = desk.catalog.forms
    try:
        return forms.form(query.get("form") or next(iter(forms.of_units)).id).id
    except UsageError as error:
        raise HTTPException(404) from error


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name) or str(default)
    if not text.isdecimal() or len(text) > len(str(_MOST_SKIPPED)):
        raise HTTPException(404)
    return int(text)


def _name(desk: DeskContext, code: str) -> str:
    unit = desk.catalog.units.find(code, desk.today) or next(iter(desk.catalog.units.versions(code)[::-1]), None)
    return unit.name if unit is not None else code
