"""Consultations on each engine: who is consulted, what an answer is about, and what closing waits for."""

from datetime import date

import pytest

from domain.errors import UsageError
from domain.indicators import Measure
from domain.officers.consultations import ConsultationAnswerKind, ConsultedUnit, Position
from domain.units import UnitKey
from tests.warehouse.closed_rollups import close_rollup
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder
from warehouse.queries.revisions import record_publication, ref_of
from warehouse.rollups.closing import closable
from warehouse.rollups.closings import key_columns
from warehouse.rollups.consultations import (
    Consultation,
    begin_consultation,
    consultation_of,
    consulted_units,
    require_consultation,
    write_answer,
)
from warehouse.rollups.revision_rows import newest_revision
from warehouse.rollups.scope import RollupKey
from warehouse.store.audit import examine
from warehouse.store.engine import reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.withdrawal import Decision

FIRST, OTHER = "22813", "22828"
LAST_DAY, AFTER = date(2025, 5, 28), date(2025, 5, 29)


def key_of(builder: WarehouseBuilder) -> RollupKey:
    """Return the key of the district's rollup of May."""
    return RollupKey(builder.area(), FORM, MAY)


def give_out(builder: WarehouseBuilder, figure: int) -> None:
    """Take a commune's report of a count, roll the district up and publish it."""
    builder.accept(builder.report(FIRST, {builder.indicator_of(Measure.COUNT): (figure,)}))
    builder.roll_up()
    with transaction(builder.engine) as session:
        head = newest_revision(session, key_columns(key_of(builder)))
        assert head is not None
        record_publication(session, ref_of(head), path="2025-05/585", at=builder.now())


def answer(
    builder: WarehouseBuilder, kind: ConsultationAnswerKind, unit: str = FIRST, text: str = "đã đối chiếu"
) -> None:
    """Answer for a unit."""
    key = builder.catalog.units.get(unit, builder.catalog.forms.last_day(FORM, MAY)).key
    with transaction(builder.engine) as session:
        consultation = require_consultation(session, key_of(builder))
        made = Decision(DecisionReason(text, "cô Lan"), builder.now())
        write_answer(session, consultation, key, kind, made)


def units(builder: WarehouseBuilder) -> dict[str, ConsultedUnit]:
    """Return the consulted units by code."""
    with reading(builder.engine) as session:
        return {each.code: each for each in consulted_units(session, require_consultation(session, key_of(builder)))}


def may_be_closed(builder: WarehouseBuilder, today: date) -> None:
    """Raise unless May may be closed on a day."""
    with reading(builder.engine) as session:
        closable(session, builder.catalog, key_of(builder), today)


@pytest.fixture
def consulted(builder: WarehouseBuilder) -> WarehouseBuilder:
    """A warehouse in which units are consulted about the published figures of May."""
    give_out(builder, 5)
    begin(builder)
    return builder


def begin(builder: WarehouseBuilder) -> Consultation:
    """Begin the consultation."""
    with transaction(builder.engine) as session:
        made = Decision(DecisionReason("trước khi ký", "an"), builder.now())
        return begin_consultation(session, key_of(builder), LAST_DAY, made, partial=True)


def test_each_unit_of_the_area_is_consulted(consulted: WarehouseBuilder) -> None:
    """Also those whose report is missing; a second consultation beside the first is refused."""
    assert len(units(consulted)) == len(consulted.area().members)
    assert {each.position for each in units(consulted).values()} == {Position.SILENT}
    with pytest.raises(UsageError, match=r"are consulted about 2025-05 of .* until 2025-05-28"):
        begin(consulted)


def test_agreement_is_to_the_figures_that_were_seen(consulted: WarehouseBuilder) -> None:
    """Another file of the unit asks it again; one of another unit does not, and neither does a new revision alone."""
    answer(consulted, ConsultationAnswerKind.AGREE, text="")
    answer(consulted, ConsultationAnswerKind.AGREE, OTHER)
    assert units(consulted)[FIRST].position is Position.AGREED
    give_out(consulted, 7)
    seen = units(consulted)
    assert (seen[FIRST].position, seen[FIRST].is_outdated, seen[OTHER].position) == (
        Position.SILENT,
        True,
        Position.AGREED,
    )


def test_closing_waits_for_the_last_day_and_for_objections(consulted: WarehouseBuilder) -> None:
    """Silence counts from the day after on; an objection until an officer settles it; closing ends the consultation."""
    with pytest.raises(UsageError, match="until 2025-05-28, and 8 have not answered"):
        may_be_closed(consulted, LAST_DAY)
    may_be_closed(consulted, AFTER)
    with pytest.raises(UsageError, match="no open objection"):
        answer(consulted, ConsultationAnswerKind.SETTLE)
    answer(consulted, ConsultationAnswerKind.OBJECT)
    with pytest.raises(UsageError, match=r"1 units object .*22813 Xã Lâm Sơn"):
        may_be_closed(consulted, AFTER)
    answer(consulted, ConsultationAnswerKind.SETTLE)
    close_rollup(consulted, key_of(consulted), AFTER)
    with reading(consulted.engine) as session:
        assert consultation_of(session, key_of(consulted)) is None


def test_answers_of_all_close_before_the_last_day(consulted: WarehouseBuilder) -> None:
    """No unit is waited for any more."""
    for code in units(consulted):
        answer(consulted, ConsultationAnswerKind.AGREE, code)
    may_be_closed(consulted, LAST_DAY)


@pytest.mark.parametrize(
    ("text", "unit", "refused"),
    [(" ", FIRST, "needs a name"), ("x" * 4001, FIRST, "needs a name"), ("x", "1", "not consulted")],
)
def test_impossible_answers_are_refused(consulted: WarehouseBuilder, text: str, unit: str, refused: str) -> None:
    """An objection needs a reason that can be read, and a unit that is consulted."""
    key = UnitKey(unit, units(consulted)[FIRST].valid_from)
    made = Decision(DecisionReason(text, "cô Lan"), consulted.now())
    with transaction(consulted.engine) as session:
        consultation = require_consultation(session, key_of(consulted))
        with pytest.raises(UsageError, match=refused):
            write_answer(session, consultation, key, ConsultationAnswerKind.OBJECT, made)


def test_consultations_and_answers_are_in_the_chain(consulted: WarehouseBuilder) -> None:
    """What was opened, answered and ended is recorded, and agrees with the rows."""
    answer(consulted, ConsultationAnswerKind.AGREE)
    close_rollup(consulted, key_of(consulted), AFTER)
    with reading(consulted.engine) as session:
        report = examine(session)
    assert (report.records >= 4, report.faults) == (True, ())
