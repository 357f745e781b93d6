"""Reminders that are due on a day, on both engines."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from domain.authorisations import authorisation
from domain.catalog.catalog import Catalog
from domain.periods import Period
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder
from warehouse.queries.reminders import (
    DueReminder,
    DueStep,
    MissingReport,
    due_steps,
    sent_reminders,
    unanswered_reminders,
)
from warehouse.store.engine import reading, transaction
from warehouse.submissions.authorisations import authorise
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.reminders import SentReminder, record_reminder
from warehouse.submissions.withdrawal import Decision

WHEN = datetime(2025, 5, 16, 1, tzinfo=UTC)
DECISION = Decision(DecisionReason(note="list of the district", actor="an"), WHEN, "")


def register(builder: WarehouseBuilder, address: str, units: str, first: date = date(2025, 1, 1)) -> None:
    """Register an address for a unit or an area."""
    each = authorisation(builder.catalog, ("mail", "", address), units, first, None)
    with transaction(builder.engine) as session:
        authorise(session, [each], DECISION)


def due(builder: WarehouseBuilder, today: date, *areas: str) -> dict[str, DueStep]:
    """Return the steps of a day by id."""
    with reading(builder.engine) as session:
        return {step.step.id: step for step in due_steps(session, builder.catalog, areas, today)}


def record(builder: WarehouseBuilder, step: DueStep, reminder: DueReminder, at: datetime = WHEN) -> None:
    """Record that a reminder was sent."""
    name = f"<{step.step.id} {reminder.unit.code}>"
    sent = SentReminder(step.form, step.period, step.step.id, reminder.unit.key, reminder.addresses, name)
    with transaction(builder.engine) as session:
        record_reminder(session, sent, at)


def test_units_that_answered_no_reminder(builder: WarehouseBuilder) -> None:
    """A unit is named once it had as many reminders as steps follow the deadline, until a report of it comes."""
    register(builder, "manoi@ninhson.vn", "22828")
    day = date(2025, 5, 20)

    def unanswered() -> list[tuple[str, str, int, int]]:
        with reading(builder.engine) as session:
            listed = unanswered_reminders(session, builder.catalog, day)
        return [(each.unit.code, each.period.id, each.days_late, each.reminded.count) for each in listed]

    for today, step, expected in (
        (date(2025, 5, 16), "day_after", []),
        (day, "third_day_after", [("22828", "2025-05", 5, 2)]),
    ):
        due_step = due(builder, today, "22828")[step]
        record(builder, due_step, next(each for each in due_step.reminders if each.unit.code == "22828"))
        assert unanswered() == expected
    builder.accept(builder.report("22828", {}, period=MAY))
    assert unanswered() == []


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2025, 5, 13), ("2025-04", "third_day_after")),
        (date(2025, 5, 14), ("2025-05", "day_before")),
        (date(2025, 5, 15), ("2025-05", "day_before")),
        (date(2025, 5, 16), ("2025-05", "day_after")),
        (date(2025, 5, 19), ("2025-05", "day_after")),
        (date(2025, 5, 20), ("2025-05", "third_day_after")),
        (date(2025, 6, 12), ("2025-05", "third_day_after")),
        (date(2025, 6, 13), ("2025-06", "day_before")),  # a Friday; the deadline is Monday the 16th
    ],
)
def test_the_step_of_a_day(builder: WarehouseBuilder, today: date, expected: tuple[str, str]) -> None:
    """Steps lie working days before and after the deadline; those of a period end where the next ones begin."""
    register(builder, "manoi@ninhson.vn", "22828")
    steps = due(builder, today, "22828")
    (mine,) = (step for step in steps.values() if step.reminders and step.reminders[0].unit.code == "22828")
    assert (mine.period.id, mine.step.id) == expected


def test_units_are_reminded_at_their_registered_addresses(builder: WarehouseBuilder) -> None:
    """Accepted ones are not, those without address are listed; an address outside of the areas counts, too."""
    register(builder, "manoi@ninhson.vn", "22828")
    register(builder, "ubnd@ninhson.vn", "22813")
    register(builder, "tanson@ninhson.vn", "22810")
    builder.accept(builder.report("22813", {}))
    builder.refuse(builder.report("22816", {}))
    step = due(builder, date(2025, 5, 16), "22813", "22816", "22828")["day_after"]
    assert {each.unit.code: each.addresses for each in step.reminders} == {
        "22810": ("tanson@ninhson.vn",),
        "22828": ("manoi@ninhson.vn",),
    }
    assert {each.unit.code: each.report for each in step.missing} == {
        "22810": MissingReport.SILENT,
        "22816": MissingReport.RETURNED,
        "22828": MissingReport.SILENT,
    }


def test_a_step_before_a_deadline_lapses_with_it(builder: WarehouseBuilder) -> None:
    """The district is not told on Tuesday that its reports are due on Monday."""
    builder.accept(builder.report("22813", {}))
    assert "district_day_before" in due(builder, date(2025, 5, 19))
    assert due(builder, date(2025, 5, 20)).keys() == {"third_day_after", "province_day_before"}


def test_what_waits_for_the_office_reminds_no_unit(builder: WarehouseBuilder) -> None:
    """A report that is not judged yet is listed and its unit left alone."""
    register(builder, "manoi@ninhson.vn", "22828")
    builder.parse(builder.report("22828", {}))
    step = due(builder, date(2025, 5, 16), "22828")["day_after"]
    assert [each.report for each in step.missing] == [MissingReport.WAITING]
    assert step.reminders == ()


def test_a_step_is_sent_once(builder: WarehouseBuilder) -> None:
    """What is recorded is not due again; the next step is, and counts those before."""
    register(builder, "manoi@ninhson.vn", "22828")
    step = due(builder, date(2025, 5, 16), "22828")["day_after"]
    record(builder, step, step.reminders[0])
    assert due(builder, date(2025, 5, 19), "22828")["day_after"].reminders == ()
    (next_one,) = due(builder, date(2025, 5, 20), "22828")["third_day_after"].reminders
    (missing,) = next_one.missing
    assert missing.sent is not None
    assert (missing.sent.count, missing.sent.last_at) == (1, WHEN)
    with reading(builder.engine) as session:
        assert sent_reminders(session, FORM, Period(2025, 4, MAY.frequency)) == {}


def test_a_district_is_reminded_of_its_communes(builder: WarehouseBuilder) -> None:
    """Before its own deadline the district's address gets the list; that of the whole province is no address of it."""
    register(builder, "huyen@ninhson.vn", "585")
    register(builder, "tinh@ninhthuan.vn", "58")
    builder.accept(builder.report("22813", {}))
    (reminder,) = due(builder, date(2025, 5, 16))["district_day_before"].reminders
    assert (reminder.unit.code, reminder.addresses, len(reminder.missing)) == ("585", ("huyen@ninhson.vn",), 7)


@pytest.mark.parametrize(
    ("address_of", "first", "addresses"),
    [
        ("22828", date(2025, 1, 1), ("xa@khanhhoa.vn",)),  # Ma Nới itself, which was registered before it ended
        ("22828", date(2025, 7, 1), ("xa@khanhhoa.vn",)),  # Anh Dũng, which it became
        ("22810", date(2025, 7, 1), ()),
    ],
)
def test_a_unit_that_merged_is_reminded_where_it_can_be_reached(
    builder: WarehouseBuilder, catalog: Catalog, address_of: str, first: date, addresses: tuple[str, ...]
) -> None:
    """In July the report of June is still owed by the old commune: its own address counts, else its successor's."""
    register(builder, "xa@khanhhoa.vn", address_of, first)
    steps = due(replace(builder, catalog=catalog), date(2025, 7, 4), "585")  # with what became of units
    addresses_used = [each.addresses for each in steps["third_day_after"].missing if each.unit.code == "22828"]
    assert addresses_used == [addresses]
