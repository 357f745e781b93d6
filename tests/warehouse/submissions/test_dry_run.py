"""A trial of the warehouse permits all operations and keeps none of them."""

import pytest
from sqlalchemy import select

from tests.warehouse.warehouse_builder import WarehouseBuilder
from warehouse.models import SubmissionRow
from warehouse.store.engine import Session, migrate, open_engine, reading, transaction, trial
from warehouse.submissions.submissions import receive


def names(builder: WarehouseBuilder) -> list[str]:
    """File names of all submissions that were kept."""
    with reading(builder.engine) as session:
        return list(session.scalars(select(SubmissionRow.file_name).order_by(SubmissionRow.id)))


def receive_and_fail(session: Session, builder: WarehouseBuilder) -> None:
    """Receive a file, then fail."""
    receive(session, builder.arrival("failed.xlsx"))
    raise ZeroDivisionError


def test_changes_of_a_dry_run_are_visible_within_and_gone_after(builder: WarehouseBuilder) -> None:
    """Each transaction of a dry run sees those before it; afterwards the warehouse is as it was."""
    builder.receive(builder.arrival("kept.xlsx"))
    with trial(builder.engine) as tried:
        with transaction(tried) as session:
            receive(session, builder.arrival("tried.xlsx"))
        with reading(tried) as session:
            assert set(session.scalars(select(SubmissionRow.file_name))) == {"kept.xlsx", "tried.xlsx"}
    assert names(builder) == ["kept.xlsx"]
    builder.receive(builder.arrival("next.xlsx"))
    assert names(builder) == ["kept.xlsx", "next.xlsx"]


def test_a_transaction_that_fails_undoes_its_own_part_only(builder: WarehouseBuilder) -> None:
    """The trial goes on after a failure with what the transactions before did."""
    with trial(builder.engine) as tried:
        with transaction(tried) as session:
            receive(session, builder.arrival("first.xlsx"))
        with pytest.raises(ZeroDivisionError), transaction(tried) as session:
            receive_and_fail(session, builder)
        with reading(tried) as session:
            assert list(session.scalars(select(SubmissionRow.file_name))) == ["first.xlsx"]


def test_a_trial_that_fails_leaves_nothing(builder: WarehouseBuilder) -> None:
    """An error in the middle of a trial takes everything back as well."""
    with pytest.raises(ZeroDivisionError), trial(builder.engine) as tried, transaction(tried) as session:
        receive_and_fail(session, builder)
    assert names(builder) == []


def test_readers_wait_for_no_writer(builder: WarehouseBuilder) -> None:
    """A reader of a current warehouse does not wait for a writer, and sees the state before it."""
    with transaction(builder.engine) as session:
        receive(session, builder.arrival())
        session.flush()
        other = open_engine(builder.engine.url.render_as_string(hide_password=False))
        migrate(other)
        with reading(other) as looking:
            assert looking.scalars(select(SubmissionRow)).all() == []
        other.dispose()
    assert len(names(builder)) == 1
