"""Authorisations in the warehouse: an append-only list, and the submissions that came another way."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.authorisations import authorisation
from domain.errors import UsageError
from tests.warehouse.warehouse_builder import IN_TIME, WarehouseBuilder
from warehouse.queries.authorisations import authorisation_records
from warehouse.store.engine import reading, transaction
from warehouse.submissions.authorisations import (
    are_senders_checked,
    authorise,
    authorised_senders,
    remove,
    unauthorised,
    unauthorised_rivals,
)
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.submissions import RivalResolution, settle_rivals
from warehouse.submissions.withdrawal import Decision

UNIT = "22813"
FIGURES = {"dvc_toantrinh": (1, 2)}
FIRST_DAY = date(2025, 5, 1)


def decision(builder: WarehouseBuilder, reason: str = "danh sách của huyện") -> Decision:
    """A person's decision, now."""
    return Decision(DecisionReason(reason, "an"), builder.now(), "")


def allow(builder: WarehouseBuilder, folder: str, units: str = UNIT, last: date | None = None) -> tuple[int, ...]:
    """Authorise a folder of the inbox for units."""
    each = authorisation(builder.catalog, ("inbox", folder, ""), units, FIRST_DAY, last)
    with transaction(builder.engine) as session:
        return authorise(session, [each], decision(builder))


def parse(builder: WarehouseBuilder, path: str, **of_arrival: object) -> int:
    """Receive and parse a report of the unit at a path of the inbox."""
    arrival = replace(builder.arrival(path=path), **of_arrival)
    return builder.parse(builder.report(UNIT, FIGURES), arrival)


def held(builder: WarehouseBuilder, *submissions: int) -> dict[int, str | None]:
    """Submissions that came by an unauthorised way, each with the commune that sent it, if known."""
    with reading(builder.engine) as session:
        return {key: each.owner for key, each in unauthorised(session, builder.catalog, submissions).items()}


def test_without_authorisations_everything_counts(builder: WarehouseBuilder) -> None:
    """No submission is unauthorised until a first authorisation exists, nor after the last was removed."""
    submission = parse(builder, "chung/BC.xlsx")
    assert held(builder, submission) == {}
    (number,) = allow(builder, "22813")
    assert held(builder, submission) == {submission: None}
    with transaction(builder.engine) as session:
        remove(session, number, decision(builder))
    assert held(builder, submission) == {}


def test_only_the_authorised_way_counts(builder: WarehouseBuilder) -> None:
    """A report in its own folder counts; in a neighbour's it does not, and the neighbour is named as its sender."""
    allow(builder, "22813")
    allow(builder, "luong son", "22816")
    own, other = parse(builder, "22813/BC.xlsx"), parse(builder, "luong son/BC.xlsx")
    assert held(builder, own, other) == {other: "22816"}


def test_a_way_for_another_form_does_not_count(builder: WarehouseBuilder) -> None:
    """What may only bring the tax office's table brings no form of a commune; a way for every form does."""
    table = authorisation(builder.catalog, ("inbox", "thue", ""), UNIT, FIRST_DAY, None, form="hddt_t")
    with transaction(builder.engine) as session:
        authorise(session, [table], decision(builder))
        assert authorised_senders(session) == (table,)
    allow(builder, "22813")
    own, other = parse(builder, "22813/BC.xlsx"), parse(builder, "thue/BC.xlsx")
    assert held(builder, own, other) == {other: UNIT}


def test_the_day_of_receipt_counts_not_that_of_the_file(builder: WarehouseBuilder) -> None:
    """A file dated back into the days of an expired authorisation came too late all the same."""
    allow(builder, "22813", last=date(2025, 5, 10))
    early = builder.clock - timedelta(days=15)
    dated_back = parse(builder, "22813/a.xlsx", delivered_at=IN_TIME - timedelta(days=10))
    in_time = parse(builder, "22813/b.xlsx", landed_at=early)
    assert held(builder, dated_back, in_time) == {dated_back: None}


def test_a_forged_file_is_no_rival(builder: WarehouseBuilder) -> None:
    """The right file is judged, though an unauthorised one came later in the same run."""
    allow(builder, "22813")
    right = parse(builder, "22813/BC.xlsx")
    forged = parse(builder, "chung/BC.xlsx", delivered_at=IN_TIME + timedelta(hours=1))
    with transaction(builder.engine) as session:
        apart = unauthorised_rivals(session, builder.catalog)
        assert apart == {forged}
        assert settle_rivals(session, builder.now(), unauthorised=apart) == RivalResolution((), ())
    assert held(builder, right, forged) == {forged: None}


def test_the_list_keeps_its_history(builder: WarehouseBuilder) -> None:
    """Adding the same twice adds it once; what was removed stays listed, with both reasons, and can be added again."""
    (number,) = allow(builder, "22813")
    assert allow(builder, "22813") == ()
    with transaction(builder.engine) as session:
        assert are_senders_checked(session)
        remove(session, number, decision(builder, "đổi thư mục"))
        assert not are_senders_checked(session)
        (record,) = authorisation_records(session)
    assert (record.number, record.added.reason, record.removed and record.removed.reason) == (
        number,
        "danh sách của huyện",
        "đổi thư mục",
    )
    with pytest.raises(UsageError, match=f"no authorisation {number}"), transaction(builder.engine) as session:
        remove(session, number, decision(builder))
    assert len(allow(builder, "22813")) == 1


def test_a_change_needs_a_reason(builder: WarehouseBuilder) -> None:
    """Neither adding nor removing goes without one."""
    each, made = authorisation(builder.catalog, ("inbox", "", ""), UNIT, FIRST_DAY, None), decision(builder, " ")
    with pytest.raises(UsageError, match="say why"), transaction(builder.engine) as session:
        authorise(session, [each], made)
    with pytest.raises(UsageError, match="say why"), transaction(builder.engine) as session:
        remove(session, 1, made)
