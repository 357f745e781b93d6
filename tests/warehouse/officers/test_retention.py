"""What is kept of people goes by age, on every engine; decisions and their names stay, and the chain holds."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from domain.authorisations import Authorisation
from domain.officers.contacts import Contact
from domain.officers.users import Role, User
from domain.units import UnitKey
from tests.warehouse.warehouse_builder import WarehouseBuilder
from warehouse.models import ReminderRow, UserSessionRow
from warehouse.officers.contacts import add_contact, contact_records, end_contact
from warehouse.officers.identities import bind_identity
from warehouse.officers.retention import RemovedPeople, remove_old_people
from warehouse.officers.users import add_user, disable_user, set_second_factor, user_records
from warehouse.store.audit import examine
from warehouse.store.engine import Engine, reading, transaction
from warehouse.submissions.authorisations import authorise, authorised_senders, remove
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.withdrawal import Decision

AT = datetime(2025, 6, 3, 2, tzinfo=UTC)
LATER = AT + timedelta(days=400)
UNIT = UnitKey("22813", date(2000, 1, 1))
DECISION = Decision(DecisionReason("ghi sổ", "Trần Quản Trị"), AT, "run")


def person(name: str, last: date | None = None) -> Contact:
    """Return a contact of that name."""
    return Contact(UNIT, name, "Văn phòng", f"{name}@xa.example.vn", "0259 3822 111", date(2025, 1, 1), last)


@pytest.fixture
def peopled(builder: WarehouseBuilder) -> Engine:
    """Return a warehouse with two users, of whom one was disabled, two contacts, a way that was removed, a reminder."""
    engine = builder.engine
    with transaction(engine) as session:
        add_user(session, User("quan.tri", "Trần Quản Trị", Role.ADMINISTRATOR), "hash", AT)
        add_user(session, User("lan", "Nguyễn Thị Lan", Role.OFFICER, ("585",)), "hash", AT)
        bind_identity(session, "lan", "https://login.example.vn", "5f1c2a", AT)
        set_second_factor(session, "lan", "SECRET")
        session.add(UserSessionRow(token_sha256="0" * 64, user_name="quan.tri", started_at=AT, used_at=AT))
        way = Authorisation("mail", "", "cu@xa.example.vn", "22813", UNIT.valid_from, date(2025, 1, 1), None)
        kept = Authorisation("mail", "", "moi@xa.example.vn", "22813", UNIT.valid_from, date(2025, 1, 1), None)
        removed, _ = authorise(session, [way, kept], DECISION)
        numbers = [add_contact(session, person(name), DECISION) for name in ("binh", "chi")]
        session.add(
            ReminderRow(
                form="cds_x_t",
                period="2025-05",
                step="first",
                unit_code=None,
                unit_valid_from=None,
                addresses="cu@xa.example.vn",
                message_id="<1@x>",
                sent_at=AT,
            )
        )
    with transaction(engine) as session:
        disable_user(session, "lan", AT)
        end_contact(session, UNIT, numbers[0], date(2025, 6, 3), DECISION)
        remove(session, removed, DECISION)
    return engine


def removed_at(engine: Engine, at: datetime, days: int = 365) -> RemovedPeople:
    """Remove what is older than so many days at a moment."""
    with transaction(engine) as session:
        before = at - timedelta(days=days)
        return remove_old_people(session, before, before, at)


def everything(engine: Engine) -> str:
    """Return all that is kept of people, and recorded of it."""
    tables = ("desk_user", "desk_identity", "unit_contact", "authorisation", "reminder", "audit")
    with reading(engine) as session:
        return "\n".join(str(row) for table in tables for row in session.execute(text(f"SELECT * FROM {table}")))


def test_nothing_goes_before_its_time(peopled: Engine) -> None:
    """But sessions that have ended."""
    before = everything(peopled)
    assert removed_at(peopled, AT + timedelta(days=300)) == RemovedPeople(0, 0, 0)
    assert everything(peopled) == before
    with reading(peopled) as session:
        assert session.scalar(text("SELECT count(*) FROM desk_session")) == 0


def test_old_data_of_people_go(peopled: Engine) -> None:
    """Names, addresses, numbers and secrets, in the record of decisions too; who decided stays, and who is there."""
    assert removed_at(peopled, LATER) == RemovedPeople(1, 1, 3)
    kept = everything(peopled)
    for gone in ("Nguyễn Thị Lan", "5f1c2a", "SECRET", "binh", "cu@xa.example.vn"):
        assert gone not in kept, gone
    for stays in ("Trần Quản Trị", "chi@xa.example.vn", "moi@xa.example.vn", "ghi sổ"):
        assert stays in kept, stays
    with reading(peopled) as session:
        assert examine(session).faults == ()
        assert [each.contact.full_name for each in contact_records(session, UNIT)] == ["chi"]
        assert [each.sender for each in authorised_senders(session)] == ["moi@xa.example.vn"]
        users = {each.user.name: each.user for each in user_records(session)}
    assert users["lan"] == User("lan", "lan", Role.OFFICER, ("585",))
    assert removed_at(peopled, LATER) == RemovedPeople(0, 0, 0)


def test_head_noted_before_stays_in_the_chain(peopled: Engine) -> None:
    """Emptying changes no hash."""
    with reading(peopled) as session:
        head = examine(session).head
    removed_at(peopled, LATER)
    with reading(peopled) as session:
        assert examine(session, head).faults == ()
