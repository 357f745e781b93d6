"""`tonghop users`: who may log in at the officer's desk, what they may do there, and for which areas."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.options import JsonOption
from cli.output.terminal import Terminal, literal, open_terminal
from flows.support.settings import Settings

if TYPE_CHECKING:
    from domain.officers.users import User

NameArgument = Annotated[str, typer.Argument(help="Name to log in with: lan.nguyen.", show_default=False)]
RoleOption = Annotated[
    Literal["viewer", "officer", "administrator"],
    typer.Option("--role", help="viewer sees, officer decides as well, administrator as officer, of all areas."),
]
AreasOption = Annotated[
    str, typer.Option("--areas", help="Codes of provinces, districts, communes, or areas' ids: 58,585-cu; else all.")
]

users = typer.Typer(
    name="users",
    help="Who may log in at the officer's desk: list, add, role, reset, second-factor, identity, disable.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@users.command("list")
def list_users(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """List the users with role and areas, and who was disabled; never a password.

    Example: tonghop users list
    """
    from cli.output.as_json import print_json
    from domain.vietnam_time import day_in_vietnam
    from flows.support.warehouse import reading_warehouse
    from publishing.figures.formatting import format_day
    from warehouse.officers.identities import names_with_identity
    from warehouse.officers.users import user_records

    settings: Settings = context.obj
    terminal = open_terminal(settings)
    with reading_warehouse(settings) as session:
        records, with_identity = user_records(session), names_with_identity(session)
    if as_json:
        print_json(records)
        return
    if not records:
        terminal.say("users_none", "yellow")
        return
    table = terminal.table("column_user", "column_full_name", "column_role", "column_areas", "column_since")
    for each in records:
        since = terminal.text("user_since", day=format_day(day_in_vietnam(each.created_at), terminal.lang))
        notes = [since]
        if each.has_second_factor:
            notes.append(terminal.text("user_second_factor"))
        if each.user.name in with_identity:
            notes.append(terminal.text("user_has_identity"))
        if each.disabled_at is not None:
            day = format_day(day_in_vietnam(each.disabled_at), terminal.lang)
            notes.append(terminal.text("user_disabled", day=day))
        user = each.user
        cells = (user.name, user.full_name, _role(terminal, user), _areas(terminal, user))
        table.add_row(*map(literal, cells), literal(*notes))
    terminal.show(table)


@users.command()
def add(
    context: typer.Context,
    *,
    name: NameArgument,
    full_name: Annotated[str, typer.Option("--full-name", help="As records of what they decide are to name them.")],
    role: RoleOption = "officer",
    areas: AreasOption = "",
) -> None:
    """Add a user and print the password, which is shown once and kept nowhere.

    From the first user on, TONGHOP_OFFICE_AUTH opens the desk no more; Prometheus goes on reading /metrics with it. The
    first user has to be an administrator.

    Example: tonghop users add lan.nguyen --full-name "Nguyễn Thị Lan" --role officer --areas 58
    """
    from datetime import UTC, datetime

    from domain.officers.users import Role, User
    from flows.actions.users.accounts import add_new_user
    from flows.support.warehouse import open_warehouse

    settings: Settings = context.obj
    terminal = open_terminal(settings)
    user = User(name, full_name.strip(), Role(role), _codes(areas))
    password = add_new_user(open_warehouse(settings), terminal.catalog, user, datetime.now(UTC))
    _say_user(terminal, "user_added", user)
    _say_password(terminal, password)


@users.command()
def role(context: typer.Context, *, name: NameArgument, role: RoleOption, areas: AreasOption = "") -> None:
    """Give a user another role and other areas, from their next page on; areas that are not named are taken away.

    Example: tonghop users role lan.nguyen --role officer --areas 58,56
    """
    from domain.officers.users import Role
    from flows.actions.users.accounts import require_areas
    from flows.support.warehouse import open_warehouse
    from warehouse.officers.users import change_role
    from warehouse.store.engine import transaction

    settings: Settings = context.obj
    terminal = open_terminal(settings)
    require_areas(terminal.catalog, Role(role), _codes(areas))
    with transaction(open_warehouse(settings)) as session:
        user = change_role(session, name, Role(role), _codes(areas))
    _say_user(terminal, "user_changed", user)


@users.command()
def reset(context: typer.Context, *, name: NameArgument) -> None:
    """Give a user a new password and print it; they are logged out everywhere, and let in again if disabled.

    Example: tonghop users reset lan.nguyen
    """
    from flows.actions.users.passwords import hash_password, new_password
    from flows.support.warehouse import open_warehouse
    from warehouse.officers.users import set_password
    from warehouse.store.engine import transaction

    settings: Settings = context.obj
    terminal, password = open_terminal(settings), new_password()
    with transaction(open_warehouse(settings)) as session:
        user = set_password(session, name, hash_password(password))
    _say_user(terminal, "user_reset", user)
    _say_password(terminal, password)


@users.command("second-factor")
def second_factor(
    context: typer.Context,
    *,
    name: NameArgument,
    off: Annotated[bool, typer.Option("--off", help="Ask for no codes any more, as after a lost phone.")] = False,
) -> None:
    """Ask a user for the code of an authenticator app as well, and print the secret to enter there, once.

    Example: tonghop users second-factor lan.nguyen
    """
    from flows.actions.users.accounts import new_second_factor
    from flows.support.warehouse import open_warehouse
    from warehouse.officers.users import set_second_factor
    from warehouse.store.engine import transaction

    settings: Settings = context.obj
    terminal = open_terminal(settings)
    secret, address = new_second_factor(name)
    with transaction(open_warehouse(settings)) as session:
        user = set_second_factor(session, name, None if off else secret)
    _say_user(terminal, "user_second_factor_off" if off else "user_second_factor_on", user)
    if not off:
        terminal.print_path(secret)
        terminal.print_path(address)
        terminal.say("user_secret", "yellow")


@users.command()
def identity(
    context: typer.Context,
    *,
    name: NameArgument,
    subject: Annotated[str, typer.Argument(help="The identity, as the page of log-in shows it.")] = "",
    off: Annotated[bool, typer.Option("--off", help="Log in through the provider no more.")] = False,
) -> None:
    """Bind a user to an identity at the provider (OpenID Connect, TONGHOP_OIDC_ISSUER); role and areas stay.

    The identity is the value of TONGHOP_OIDC_CLAIM, as the page of log-in shows it to who has no account yet.

    Example: tonghop users identity lan.nguyen 5f1c2a
    """
    from datetime import UTC, datetime

    from domain.errors import UsageError
    from flows.actions.users.identities import bind, unbind
    from flows.support.warehouse import open_warehouse

    settings: Settings = context.obj
    terminal, engine, now = open_terminal(settings), open_warehouse(settings), datetime.now(UTC)
    if bool(subject) == off:
        raise UsageError("name an identity, or --off")
    if off:
        unbind(engine, name, now)
        terminal.say("user_identity_off", "bold green", name=name)
        return
    bind(engine, settings, name, subject, now)
    terminal.say("user_identity_on", "bold green", name=name, provider=settings.provider_name)


@users.command()
def disable(context: typer.Context, *, name: NameArgument) -> None:
    """Shut a user out and log them out everywhere; their name stays in the records of what they decided.

    Example: tonghop users disable lan.nguyen
    """
    from datetime import UTC, datetime

    from flows.support.warehouse import open_warehouse
    from warehouse.officers.users import disable_user
    from warehouse.store.engine import transaction

    settings: Settings = context.obj
    terminal = open_terminal(settings)
    with transaction(open_warehouse(settings)) as session:
        user = disable_user(session, name, datetime.now(UTC))
    _say_user(terminal, "user_is_disabled", user)


def _codes(areas: str) -> tuple[str, ...]:
    return tuple(code for each in areas.split(",") if (code := each.strip()))


def _say_user(terminal: Terminal, text: str, user: "User") -> None:
    facts = {"name": user.name, "full_name": user.full_name}
    terminal.say(text, "bold green", **facts, role=_role(terminal, user), areas=_areas(terminal, user))


def _say_password(terminal: Terminal, password: str) -> None:
    terminal.print_path(password)
    terminal.say("user_secret", "yellow")


def _role(terminal: Terminal, user: "User") -> str:
    return terminal.text(f"role_{user.role}")


def _areas(terminal: Terminal, user: "User") -> str:
    return ", ".join(user.areas) if user.areas else terminal.text("user_all_areas")
