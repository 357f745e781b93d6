"""The flow `notify`: send a notice by mail. Automations start it; secrets come from the settings, not as parameters."""

from typing import Any
from uuid import UUID

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.runtime import flow_run
from prefect.settings import PREFECT_UI_URL
from prefect.states import Completed

from domain.errors import UsageError
from flows.pipeline.interrupted import interrupted_run
from flows.presentation.message_formatter import MessageFormatter
from flows.presentation.missed_notices import notices
from flows.presentation.notices import FailedRun, Notice, NoticeEvent, RefusedReport, of_refused, of_run, of_test, send
from flows.support.context import AppContext, build_context
from flows.support.prefect_names import RESTARTED
from flows.support.settings import load_settings
from warehouse.queries import issues_by_submission
from warehouse.queries.records import refused_in, submission_records
from warehouse.store.engine import reading


def _name() -> str:
    return f"notify {flow_run.parameters['event']}"


@flow(name="notify", flow_run_name=_name, retries=3, retry_delay_seconds=60)
def notify(event: NoticeEvent = NoticeEvent.TEST, run: str = "") -> State[Any]:
    """Send a notice by mail to all recipients of TONGHOP_MAIL_TO.

    Args:
        event: What happened; "test" tries the settings.
        run: Id of the flow run in which it happened; a test needs none.
    """
    settings = load_settings()
    if not settings.sends_mail:
        raise UsageError("nobody gets notices by mail: set TONGHOP_MAIL_HOST and TONGHOP_MAIL_TO")
    context = build_context(settings)
    messages = MessageFormatter(context.catalog, settings.lang)
    if event is not NoticeEvent.TEST and _is_sent(event, run):
        return Completed(message=messages.text("notice_sent_before"))
    notice = of_test(messages) if event is NoticeEvent.TEST else _notice(context, messages, event, run)
    send(settings, notice)
    return Completed(message=notice.subject)


def _notice(context: AppContext, messages: MessageFormatter, event: NoticeEvent, run_id: str) -> Notice:
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(UUID(run_id))
    address = f"{PREFECT_UI_URL.value()}/runs/flow-run/{run_id}"
    with reading(context.engine) as session:
        numbers = refused_in(session, run_id)
        records, issues = submission_records(session, numbers), issues_by_submission(session, numbers)
        refused = [RefusedReport(records[number], issues[number]) for number in numbers]
    if event is not NoticeEvent.RUN_FAILED:
        return of_refused(messages, run.name, refused, address)
    state, message = (run.state.name or "", run.state.message or "") if run.state else ("", "")
    crashed = run.state_type is StateType.CRASHED
    interrupted = interrupted_run(context, run_id) if crashed else None
    return of_run(messages, FailedRun(run.name, state, message, address, interrupted, _restart_of(run)), refused)


def _restart_of(run: FlowRun) -> str:
    """Return the name of the text that says who goes on with a crashed run."""
    if not run.name.startswith("nightly") or run.deployment_id is None:
        return "notice_crashed_next_run"
    return "notice_crashed_twice" if RESTARTED in run.tags else "notice_crashed_restart"


def _is_sent(event: NoticeEvent, run_id: str) -> bool:
    """Whether the notice of an event was sent already: automations and the search for missed ones may both start it."""
    with get_client(sync_client=True) as client:
        return (event, run_id) in notices(client, sent=True)
