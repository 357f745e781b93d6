"""The record of what people decided: what is changed, removed or added behind the program shows, on every engine."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, insert, text, update

from domain.officers.users import Role, User
from tests.warehouse.warehouse_builder import WarehouseBuilder
from warehouse.models import AuditRow, NoteRow, UserRow
from warehouse.officers.users import add_user, change_role
from warehouse.store import audit
from warehouse.store.audit import AuditFault, AuditReport, erase, examine
from warehouse.store.engine import Engine, Session, reading, transaction, trial

AT = datetime(2025, 6, 3, 2, tzinfo=UTC)


def note(number: int, words: str = "đã gọi\0xã") -> NoteRow:
    """Build a note about a report."""
    return NoteRow(
        id=number,
        unit_code="22813",
        unit_valid_from=date(2000, 1, 1),
        form="cds_x_t",
        period="2025-05",
        at=AT,
        actor="Lan",
        text=words,
    )


def _values(number: int) -> dict[str, object]:
    row = note(number)
    return {column.key: getattr(row, column.key) for column in NoteRow.__table__.columns}


def _fail_after(session: Session, row: NoteRow) -> None:
    session.add(row)
    session.flush()
    raise RuntimeError


@pytest.fixture
def decided(builder: WarehouseBuilder) -> Engine:
    """Return a warehouse with a user, two notes and a change of the user's role, in four transactions."""
    engine = builder.engine
    with transaction(engine) as session:
        add_user(session, User("lan", "Nguyễn Thị Lan", Role.ADMINISTRATOR), "hash", AT)
        add_user(session, User("mai", "Lê Thị Mai", Role.ADMINISTRATOR), "hash", AT)
    for number in (1, 2):
        with transaction(engine) as session:
            session.add(note(number))
    with transaction(engine) as session:
        change_role(session, "lan", Role.OFFICER, ("585",))
    return engine


def examined(engine: Engine, noted_head: str = "") -> AuditReport:
    """Examine the record of a warehouse."""
    with reading(engine) as session:
        return examine(session, noted_head)


def test_decisions_are_recorded_as_they_are(decided: Engine) -> None:
    """Each when it is made and when it changes, without secrets."""
    report = examined(decided)
    assert (report.records, report.faults) == (5, ())
    with reading(decided) as session:
        facts = session.scalars(text("SELECT facts FROM audit")).all()
    assert any('"areas":"585"' in each for each in facts)
    assert not any("password" in each or '"hash"' in each for each in facts)


def test_a_head_that_was_noted_stays_in_the_chain(decided: Engine) -> None:
    """The chain goes on from it."""
    head = examined(decided).head
    with transaction(decided) as session:
        session.add(note(3))
    report = examined(decided, head)
    assert (report.records, report.faults) == (6, ())
    assert report.head != head


def test_what_is_rolled_back_or_tried_is_not_recorded(decided: Engine) -> None:
    """Nor does it leave a gap."""
    with pytest.raises(RuntimeError), transaction(decided) as session:
        _fail_after(session, note(3))
    with trial(decided) as tried, transaction(tried) as session:
        session.add(note(4))
    assert (examined(decided).records, examined(decided).faults) == (5, ())


BEHIND = {
    "decision changed": (update(NoteRow).where(NoteRow.id == 1).values(text="-"), {"changed note:1"}),
    "user changed": (update(UserRow).where(UserRow.name == "mai").values(role=Role.VIEWER), {"changed desk_user:mai"}),
    "decision removed": (delete(NoteRow).where(NoteRow.id == 2), {"removed note:2"}),
    "decision added": (insert(NoteRow).values(_values(3)), {"unrecorded note:3"}),
    "record changed": (
        update(AuditRow).where(AuditRow.number == 2).values(facts="{}"),
        {"broken 2", "changed desk_user:mai"},
    ),
    "record removed": (delete(AuditRow).where(AuditRow.number == 3), {"broken 3", "unrecorded note:1"}),
}


@pytest.mark.parametrize("case", list(BEHIND))
def test_what_was_done_behind_the_program_shows(decided: Engine, case: str) -> None:
    """With the row or the number of the record."""
    statement, faults = BEHIND[case]
    with transaction(decided) as session:
        session.execute(statement)
    assert {f"{fault} {subject}" for fault, subject in examined(decided).faults} == faults


def test_a_shortened_chain_shows_by_a_head_that_was_noted(decided: Engine) -> None:
    """Even where the decisions of its end were removed as well."""
    with transaction(decided) as session:
        session.add(note(3))
    head = examined(decided).head
    with transaction(decided) as session:
        session.execute(delete(AuditRow).where(AuditRow.number == 6))
        session.execute(delete(NoteRow).where(NoteRow.id == 3))
    assert examined(decided).faults == ()
    assert examined(decided, head).faults == ((AuditFault.SHORTENED, head),)


def test_decisions_of_before_are_recorded_with_the_first(decided: Engine) -> None:
    """A warehouse of an earlier version has decisions and no record."""
    with transaction(decided) as session:
        session.execute(delete(AuditRow))
    assert (examined(decided).records, examined(decided).faults) == (0, ())
    with transaction(decided) as session:
        session.add(note(3))
    assert (examined(decided).records, examined(decided).faults) == (5, ())


@pytest.fixture
def erased(decided: Engine) -> Engine:
    """Return the warehouse after a note was removed and a user's name left out, with what was recorded of both."""
    with transaction(decided) as session:
        row, user = session.get_one(NoteRow, 1), session.get_one(UserRow, "mai")
        erase(session, [row, user])
        session.delete(row)
        user.full_name = ""
    return decided


def test_old_facts_are_emptied_and_the_chain_holds(erased: Engine) -> None:
    """The record says that they were emptied; a row that stays is recorded as it is now."""
    assert (examined(erased).records, examined(erased).faults) == (8, ())
    with reading(erased) as session:
        facts = session.scalars(text("SELECT facts FROM audit")).all()
    assert not any("Lê Thị Mai" in each or '"id":1' in each for each in facts)
    assert facts.count('{"erased":true}') == 2


def test_facts_emptied_behind_the_program_show(erased: Engine) -> None:
    """As does a row that is there again."""
    with transaction(erased) as session:
        session.execute(update(AuditRow).where(AuditRow.subject == "note:2").values(facts=""))
        session.execute(insert(NoteRow).values(_values(1)))
    assert {str(fault) for fault, _ in examined(erased).faults} == {"broken", "changed", "unrecorded"}


def test_columns_of_later_versions_are_no_change(decided: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row has them; what was recorded of it before has not."""
    monkeypatch.setattr(audit, "_SECRET", audit._SECRET | {"period"})
    with transaction(decided) as session:
        session.add(note(3))
    monkeypatch.undo()
    assert examined(decided).faults == ()
