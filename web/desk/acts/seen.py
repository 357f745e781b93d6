"""What a confirmation of an act rests on, and who changed it since."""

from warehouse.queries.desk.acts import last_move, seen_of_figures, seen_of_report
from warehouse.queries.desk.units import seen_of_unit
from warehouse.store.engine import reading
from web.desk.acts.act import Subject
from web.desk.context import DeskContext
from web.desk.page import DeskPage
from web.desk.requested import RequestedFigures, RequestedReport, RequestedUnit


def seen_of(desk: DeskContext, subject: Subject) -> str:
    """Return a hash of the state that an act rests on."""
    with reading(desk.engine) as session:
        match subject:
            case RequestedReport():
                return seen_of_report(session, subject.key)
            case RequestedFigures():
                return seen_of_figures(session, subject.key)
            case RequestedUnit():
                return seen_of_unit(session, subject.unit.key)
    return ""


def changed_meanwhile(desk: DeskContext, subject: Subject, page: DeskPage) -> str:
    """Say that what an act rests on changed after its preview, and who changed it where that is known."""
    moved = None
    if isinstance(subject, RequestedReport):
        with reading(desk.engine) as session:
            moved = last_move(session, subject.key)
    if moved is None:
        return page.text("act_changed")
    by, at = moved
    return page.text("act_changed_by", by=by, time=page.formatter.time(at))
