"""`tonghop consultation`: units agree or object to their figures of a period before it is closed."""

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from cli.deciding import current_day
from cli.options import AreaOption, ByOption, FormOption, JsonOption
from cli.output.terminal import Terminal, literal, open_terminal
from flows.support.settings import Settings

if TYPE_CHECKING:
    from datetime import date

    from domain.officers.consultations import ConsultedUnit
    from flows.pipeline.pipeline import Run
    from flows.support.context import AppContext
    from warehouse.rollups.scope import RollupKey
    from warehouse.submissions.lifecycle import DecisionReason

ReasonOption = Annotated[str, typer.Option("--reason", help="Why, in a sentence; kept.")]
ConsultedPeriod = Annotated[str, typer.Argument(help="Period that units are consulted about.", show_default=False)]

consultation = typer.Typer(
    name="consultation",
    help="Units agree or object to their figures of a period before it is closed: begin, show, settle, cancel.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@consultation.command()
def begin(
    context: typer.Context,
    *,
    period: Annotated[
        str, typer.Argument(help="Period to consult about: 2025-05, 2025-Q2, 2025-H1 or 2025.", show_default=False)
    ],
    area: AreaOption,
    until: Annotated[
        str, typer.Option("--until", metavar="YYYY-MM-DD", help="Last day on which units may answer, in Vietnam.")
    ],
    reason: ReasonOption,
    partial: Annotated[
        bool, typer.Option("--partial", help="At the end close it although reports are missing.")
    ] = False,
    by: ByOption = None,
    form: FormOption = None,
) -> None:
    """Let units see their figures on their upload pages, and agree or object with a reason.

    At the end silence counts as agreed, and the nightly run closes the period, unless an objection is open.

    Example: tonghop consultation begin 2025-05 --area 585 --until 2025-05-28 --reason "before it is signed"
    """
    from flows.actions.closing.consult import begin_consulting
    from flows.actions.senders import parse_day
    from flows.presentation.ask_consulted import ask_consulted

    last_day = parse_day(until, "last")
    terminal, run, key = _opened(context.obj, area, period, form)
    begin_consulting(run, key, last_day, _decision(reason, by), partial=partial)
    ask_consulted(run.context, context.obj, run.id)
    _say(terminal, "consultation_begun", key, day=_day(terminal, last_day))


@consultation.command()
def show(
    context: typer.Context,
    *,
    period: ConsultedPeriod,
    area: AreaOption,
    form: FormOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show of each unit whether it agreed, objects and why, or is silent.

    Example: tonghop consultation show 2025-05 --area 585
    """
    from cli.output.as_json import print_json
    from flows.actions.closing.consult import units_of
    from warehouse.store.engine import reading

    terminal, run, key = _opened(context.obj, area, period, form)
    with reading(run.context.engine) as session:
        known, units = units_of(session, key)
    if as_json:
        print_json({"consultation": known, "units": [_facts(each) for each in units]})
        return
    is_over = known.last_day < current_day()
    _say(terminal, "consultation_begun", key, day=_day(terminal, known.last_day))
    table = terminal.table("column_who", "column_position", "column_answers")
    for each in units:
        position = f"{each.position}_over" if is_over and each.position == "silent" else each.position
        answers = [f"{answer.kind}: {answer.text} ({answer.actor})" for answer in each.answers]
        table.add_row(literal(f"{each.code} {each.name}"), terminal.text(f"position_{position}"), literal(*answers))
    terminal.show(table)


@consultation.command()
def settle(
    context: typer.Context,
    *,
    period: ConsultedPeriod,
    area: AreaOption,
    unit: Annotated[str, typer.Option("--unit", help="Code of the commune that objects.")],
    reason: ReasonOption,
    by: ByOption = None,
    form: FormOption = None,
) -> None:
    """Decide about a unit's objection: the figures stay, for this reason, which the unit can read.

    Example: tonghop consultation settle 2025-05 --area 585 --unit 22813 --reason "checked with the bank"
    """
    from flows.actions.closing.consult import settle_objection

    terminal, run, key = _opened(context.obj, area, period, form)
    day = run.context.catalog.forms.last_day(key.form, key.period)
    settle_objection(run, key, run.context.catalog.units.get(unit, day).key, _decision(reason, by))
    _say(terminal, "consultation_settled", key, unit=unit)


@consultation.command()
def cancel(
    context: typer.Context,
    *,
    period: ConsultedPeriod,
    area: AreaOption,
    reason: ReasonOption,
    by: ByOption = None,
    form: FormOption = None,
) -> None:
    """End a consultation without closing the period; the answers are kept.

    Example: tonghop consultation cancel 2025-05 --area 585 --reason "waiting for the bank's figures"
    """
    from flows.actions.closing.consult import cancel_consulting

    terminal, run, key = _opened(context.obj, area, period, form)
    cancel_consulting(run, key, _decision(reason, by))
    _say(terminal, "consultation_cancelled", key)


def _opened(settings: Settings, area: str, period: str, form: str | None) -> "tuple[Terminal, Run, RollupKey]":
    """Return the terminal, a run that records what is decided, and the key of the figures."""
    from uuid import uuid4

    from domain.periods import parse_period
    from domain.rollups import Boundary
    from flows.pipeline.pipeline import Run
    from flows.pipeline.progress import NoProgress
    from flows.pipeline.scope import RunScope
    from flows.pipeline.steps import PlainSteps
    from flows.support.area_figures import FiguresRequest
    from flows.support.choices import form_made_up
    from flows.support.context import build_context

    app_context: AppContext = build_context(settings)
    wanted = parse_period(period)
    chosen = form_made_up(app_context.catalog.forms, wanted, form)
    request = FiguresRequest(area, chosen.id, wanted, Boundary.AS_THEN)
    key = request.key(app_context.catalog, app_context.clock())
    run = Run(app_context, RunScope(period=wanted), PlainSteps(str(uuid4())), NoProgress())
    return open_terminal(settings), run, key


def _decision(reason: str, by: str | None) -> "DecisionReason":
    from warehouse.submissions.lifecycle import DecisionReason

    return DecisionReason(note=reason, actor=by or getpass.getuser())


def _say(terminal: Terminal, text: str, key: "RollupKey", **facts: object) -> None:
    terminal.say(text, "bold green", area=key.area.name, period=key.period.id, **facts)


def _day(terminal: Terminal, day: "date") -> str:
    from publishing.figures.formatting import format_day

    return format_day(day, terminal.lang)


def _facts(unit: "ConsultedUnit") -> dict[str, object]:
    from cli.output.as_json import fields_of

    return {**fields_of(unit), "position": unit.position}
