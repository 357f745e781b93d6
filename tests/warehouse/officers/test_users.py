"""Users of the desk: added, limited, disabled, logged in, on every engine."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from argon2 import PasswordHasher

from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.officers.users import Role, User
from flows.actions.users import passwords as hashing
from flows.actions.users.accounts import add_first_administrator, add_new_user, new_second_factor
from flows.actions.users.log_in import hash_of_session, log_in
from warehouse.officers.users import (
    IDLE,
    LONGEST_SESSION,
    change_role,
    disable_user,
    note_session,
    replace_hash,
    secrets_of,
    set_password,
    set_second_factor,
    user_of_session,
    user_records,
)
from warehouse.store.audit import examine
from warehouse.store.engine import Engine, reading, transaction

pytestmark = pytest.mark.usefixtures("cheap_hashes")

AT = datetime(2025, 6, 3, 2, tzinfo=UTC)
ADMINISTRATOR = User("quan.tri", "Trần Quản Trị", Role.ADMINISTRATOR)
OFFICER = User("lan", "Nguyễn Thị Lan", Role.OFFICER, ("58",))


@pytest.fixture
def passwords(engine: Engine, catalog: Catalog) -> dict[str, str]:
    """Return the passwords of an administrator and an officer, by name."""
    return {user.name: add_new_user(engine, catalog, user, AT) for user in (ADMINISTRATOR, OFFICER)}


def who(engine: Engine, token: str | None, at: datetime = AT) -> User | None:
    """Return who is logged in by a token."""
    assert token is not None
    with transaction(engine) as session:
        logged_in = user_of_session(session, hash_of_session(token), at)
        if logged_in is not None and logged_in.is_to_be_noted:
            note_session(session, hash_of_session(token), at)
        return logged_in.user if logged_in else None


def test_a_user_logs_in_by_password(engine: Engine, passwords: dict[str, str]) -> None:
    """The session is that user's, with role and areas; no other password, name or token admits."""
    assert who(engine, log_in(engine, "lan", passwords["lan"], "", AT)) == OFFICER
    assert log_in(engine, "lan", passwords["quan.tri"], "", AT) is None
    assert log_in(engine, "mai", passwords["lan"], "", AT) is None
    assert who(engine, "another token") is None


def test_a_hash_is_renewed(engine: Engine, passwords: dict[str, str]) -> None:
    """A password that was hashed with other parameters is hashed anew at log-in; no decision is recorded for it."""
    with transaction(engine) as session:
        replace_hash(session, "lan", PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(passwords["lan"]))
    log_in(engine, "lan", "wrong", "", AT)
    for renewed in (False, True):
        with reading(engine) as session:
            kept, records = secrets_of(session, "lan"), examine(session).records
        assert kept is not None
        assert (hashing.is_outdated(kept.password_hash), records) == (not renewed, 2)
        assert log_in(engine, "lan", passwords["lan"], "", AT)
    with reading(engine) as session:
        assert examine(session).faults == ()


def test_a_session_ends(engine: Engine, passwords: dict[str, str]) -> None:
    """After an hour without use, and after twelve in any case."""
    token = log_in(engine, "lan", passwords["lan"], "", AT)
    assert who(engine, token, AT + IDLE + timedelta(seconds=1)) is None
    token, at = log_in(engine, "lan", passwords["lan"], "", AT), AT
    while at < AT + LONGEST_SESSION:
        assert who(engine, token, at) == OFFICER
        at += IDLE / 2
    assert who(engine, token, at + timedelta(seconds=1)) is None


def test_a_new_password_ends_sessions(engine: Engine, passwords: dict[str, str]) -> None:
    """The old one admits no more."""
    token = log_in(engine, "lan", passwords["lan"], "", AT)
    with transaction(engine) as session:
        set_password(session, "lan", hashing.hash_password("another"))
    assert who(engine, token) is None
    assert log_in(engine, "lan", passwords["lan"], "", AT) is None
    assert who(engine, log_in(engine, "lan", "another", "", AT)) == OFFICER


def test_a_disabled_user_is_out_until_the_password_is_reset(engine: Engine, passwords: dict[str, str]) -> None:
    """At once, in open sessions too; the list goes on naming the user."""
    token = log_in(engine, "lan", passwords["lan"], "", AT)
    with transaction(engine) as session:
        disable_user(session, "lan", AT)
    assert who(engine, token) is None
    assert log_in(engine, "lan", passwords["lan"], "", AT) is None
    with reading(engine) as session:
        assert [(each.user.name, each.disabled_at) for each in user_records(session)] == [
            ("lan", AT),
            ("quan.tri", None),
        ]
    with transaction(engine) as session:
        set_password(session, "lan", hashing.hash_password("another"))
    assert log_in(engine, "lan", "another", "", AT)


def test_a_code_counts_once(engine: Engine, passwords: dict[str, str]) -> None:
    """Where a second factor is set, a code of the interval or of those beside it is asked for."""
    secret, address = new_second_factor("lan")
    assert secret in address
    with transaction(engine) as session:
        set_second_factor(session, "lan", secret)
    code = pyotp.TOTP(secret)
    password = passwords["lan"]
    wrong = (code.at(AT + timedelta(seconds=90)), code.at(AT - timedelta(seconds=90)), "", "１２３４５６")
    assert [log_in(engine, "lan", password, each, AT) for each in wrong] == [None] * 4
    late = code.at(AT - timedelta(seconds=30))
    assert log_in(engine, "lan", "wrong", late, AT) is None
    assert log_in(engine, "lan", password, f"{late[:3]} {late[3:]}", AT)
    assert log_in(engine, "lan", password, late, AT) is None
    assert log_in(engine, "lan", password, code.at(AT), AT)


def test_another_role_counts_at_once(engine: Engine, passwords: dict[str, str]) -> None:
    """In open sessions; areas that are not named are taken away."""
    token = log_in(engine, "lan", passwords["lan"], "", AT)
    with transaction(engine) as session:
        change_role(session, "lan", Role.VIEWER, ("56", "56", "585-cu"))
    assert who(engine, token) == User("lan", "Nguyễn Thị Lan", Role.VIEWER, ("56", "585-cu"))


@pytest.mark.usefixtures("passwords")
def test_the_last_administrator_stays(engine: Engine) -> None:
    """Neither disabled nor given another role, until there is another one."""
    for act in (
        lambda session: disable_user(session, "quan.tri", AT),
        lambda session: change_role(session, "quan.tri", Role.OFFICER, ()),
    ):
        with pytest.raises(UsageError, match="only administrator"), transaction(engine) as session:
            act(session)
    with transaction(engine) as session:
        change_role(session, "lan", Role.ADMINISTRATOR, ())
        disable_user(session, "quan.tri", AT)


@pytest.mark.parametrize(
    ("user", "problem"),
    [
        (User("Lan", "Lan", Role.VIEWER), "small letters"),
        (User("lan", " ", Role.VIEWER), "full name"),
        (User("lan", "Lan", Role.VIEWER, ("xx",)), "no area has the code"),
        (User("lan", "Lan", Role.ADMINISTRATOR, ("58",)), "all areas"),
    ],
    ids=["name", "full name", "area", "administrator of an area"],
)
@pytest.mark.usefixtures("passwords")
def test_impossible_users_are_refused(engine: Engine, catalog: Catalog, user: User, problem: str) -> None:
    """With what to write instead; nothing is kept."""
    with pytest.raises(UsageError, match=problem):
        add_new_user(engine, catalog, user, AT)


def test_the_first_user_is_an_administrator(engine: Engine, catalog: Catalog) -> None:
    """Otherwise no user could see what the office as a whole did."""
    with pytest.raises(UsageError, match="first user"):
        add_new_user(engine, catalog, OFFICER, AT)


@pytest.mark.usefixtures("passwords")
def test_a_name_is_taken_once(engine: Engine, catalog: Catalog) -> None:
    """Records of acts name it, so that it never means another person."""
    with pytest.raises(UsageError, match="already"):
        add_new_user(engine, catalog, OFFICER, AT)


def test_the_first_administrator_is_made_once(engine: Engine) -> None:
    """`tonghop up` asks each time."""
    made = add_first_administrator(engine, "Quản trị viên", AT)
    assert made is not None
    assert who(engine, log_in(engine, *made, "", AT)) == User(made[0], "Quản trị viên", Role.ADMINISTRATOR)
    assert add_first_administrator(engine, "Quản trị viên", AT) is None
