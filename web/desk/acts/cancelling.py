"""An act that waits is cancelled, by the officer who confirmed it or an administrator."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.officers.users import Role, User
from warehouse.officers.waiting_acts import WaitingAct, cancel_waiting_act, waiting_act
from warehouse.store.engine import reading, transaction
from web.desk.acts.act_form import done_address, remembered_name
from web.desk.context import DeskContext
from web.desk.messages import NotPermittedError
from web.desk.own_pages import comes_from_own_page


def may_be_cancelled_by(user: User, act: WaitingAct) -> bool:
    """Return whether a user may cancel an act."""
    return user.role is Role.ADMINISTRATOR or user.name == act.user_name


def cancel(desk: DeskContext, request: Request) -> Response:
    """Cancel the act that the address names, unless it was begun meanwhile, and lead to its page.

    Raises:
        HTTPException: 403, the form is not from a page of the desk; 404, there is no such act; 403, it is another's.
    """
    if not comes_from_own_page(request):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    run_id, user = request.path_params["run"], request.scope["user"]
    with reading(desk.engine) as session:
        act = waiting_act(session, run_id)
    if act is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    if not may_be_cancelled_by(user, act):
        raise NotPermittedError
    with transaction(desk.engine) as session:
        cancel_waiting_act(session, run_id, user.full_name or remembered_name(request) or user.name, desk.clock())
    return RedirectResponse(done_address(run_id, act.subject), HTTPStatus.SEE_OTHER)
