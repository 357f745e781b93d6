"""Open warnings of a period, those first on which a published headline figure rests most."""

from decimal import Decimal

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from domain.officers.users import User
from domain.rollups import RollupChange
from flows.presentation.message_formatter import MessageFormatter
from warehouse.queries.desk.figures import published_periods
from warehouse.queries.desk.warning_effects import HeadlineEffect, ranked_warnings
from warehouse.store.engine import reading
from web.desk.context import DeskContext
from web.desk.page import DeskPage, lang_of
from web.desk.permissions import covers

MOST_WARNINGS = 200
"""Most warnings that are listed."""


def warnings_page(desk: DeskContext, request: Request) -> Response:
    """Return the page, of the period that the address names, else of the newest that is published.

    Raises:
        HTTPException: 404, nothing is published for that period.
    """
    wanted, user = request.query_params.get("of", ""), _user(request)
    page = DeskPage(desk.catalog, lang_of(request, desk.lang), request)
    with reading(desk.engine) as session:
        periods = {f"{form}:{period.id}": (form, period) for form, period in published_periods(session)}
        if wanted and wanted not in periods:
            raise HTTPException(404)
        chosen = wanted or next(iter(periods), "")
        ranked = ranked_warnings(session, desk.catalog, *periods[chosen], desk.clock()) if chosen else ()
    form, period = periods[chosen] if chosen else ("", None)
    own = [each for each in ranked if period and covers(desk, user, each.unit.code, period.id, form)]
    messages = MessageFormatter(desk.catalog, page.lang)
    return page.respond(
        "warnings.html.j2",
        periods=periods,
        chosen=chosen,
        form=form,
        period=period,
        warnings=own[:MOST_WARNINGS],
        more=max(0, len(own) - MOST_WARNINGS),
        unit_of=lambda key: desk.catalog.units.find(key.code, key.valid_from),
        message_of=messages.fault,
        effect_of=lambda effect: effect_line(page, effect),
    )


def _user(request: Request) -> User:
    user: User = request.scope["user"]
    return user


def effect_line(page: DeskPage, effect: HeadlineEffect) -> str:
    """Say what a headline figure is, and what it would be without the unit's own."""
    without = "" if effect.without is None else str(effect.without)
    change = RollupChange(effect.indicator, "value", str(effect.published), without, None)
    return page.text(
        "moves_headline",
        indicator=page.indicator(effect.indicator),
        area=effect.area_name,
        published=page.changed(change, change.before),
        without=page.changed(change, change.after),
        percent=page.formatter.number(effect.percent.quantize(Decimal("0.1"))),
    )
