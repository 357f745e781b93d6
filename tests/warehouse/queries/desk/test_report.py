"""All there is about a report, on each engine: what it moved, what rests on it, and officers' notes."""

from datetime import date

import pytest

from domain.errors import UsageError
from domain.indicators import Measure
from domain.rollups import Boundary
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder
from warehouse.officers.notes import LONGEST_NOTE, write_note
from warehouse.queries.desk.notes import notes_on
from warehouse.queries.desk.report import ReportDossier, report_dossier
from warehouse.queries.read_models import RevisionRef
from warehouse.queries.revisions import record_publication
from warehouse.store.engine import reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.report_keys import ReportKey

UNIT = "22813"


def key_of(builder: WarehouseBuilder, unit: str = UNIT) -> ReportKey:
    """Return the key of a commune's report of May."""
    return ReportKey(builder.catalog.units.get(unit, builder.catalog.forms.last_day(FORM, MAY)).key, FORM, MAY)


def dossier(builder: WarehouseBuilder, unit: str = UNIT) -> ReportDossier:
    """Read all there is about a report."""
    with reading(builder.engine) as session:
        return report_dossier(session, key_of(builder, unit))


def report(builder: WarehouseBuilder, figure: int) -> int:
    """Let the commune's report be accepted with one count."""
    return builder.accept(builder.report(UNIT, {builder.indicator_of(Measure.COUNT): (figure,)}))


def give_out(builder: WarehouseBuilder) -> None:
    """Roll the district up and publish the revision."""
    builder.roll_up()
    made = builder.revision()
    with transaction(builder.engine) as session:
        ref = RevisionRef(made.area, FORM, MAY, made.number, Boundary.AS_THEN, made.area_valid_from)
        record_publication(session, ref, path="2025-05/585", at=builder.now())


def test_without_a_file_there_is_nothing(builder: WarehouseBuilder) -> None:
    """A report that never came has a dossier without versions."""
    empty = dossier(builder)
    assert (empty.history.versions, empty.moved, empty.entered, empty.answers) == ((), (), {}, ())


def test_a_correction_names_the_figures_that_it_moved(builder: WarehouseBuilder) -> None:
    """Each column before and after is listed with the revision and the version; what rests on it is the newest only."""
    report(builder, 5)
    give_out(builder)
    second = report(builder, 8)
    give_out(builder)
    result = dossier(builder)
    (moved,) = [each for each in result.moved if each.place.revision > 1]
    changes = {each.column: (each.before, each.after) for each in moved.changes}
    assert (changes["value"], moved.version, moved.place.revision) == (("5", "8"), 2, 2)
    assert "notes" not in changes
    assert (moved.place.area, moved.place.period) == ("585", MAY)
    assert set(result.entered) == {second}
    (entered,) = result.entered[second]
    assert (entered.place.revision, entered.value, entered.place.indicator) == (2, 8, moved.place.indicator)


def test_only_published_revisions_count(builder: WarehouseBuilder) -> None:
    """A figure that was computed and not published rests on nothing yet."""
    report(builder, 5)
    builder.roll_up()
    assert dossier(builder).entered == {}


def test_notes_are_kept_in_their_order(builder: WarehouseBuilder) -> None:
    """The newest comes first, each with its author; another report has none."""
    for text in ("Đã gọi văn thư", "  Hẹn gửi thứ hai "):
        with transaction(builder.engine) as session:
            write_note(session, key_of(builder), DecisionReason(text, "An"), builder.now())
    with reading(builder.engine) as session:
        notes = notes_on(session, key_of(builder))
        assert notes_on(session, key_of(builder, "22828")) == ()
    assert [(each.text, each.actor) for each in notes] == [("Hẹn gửi thứ hai", "An"), ("Đã gọi văn thư", "An")]
    assert all(each.at.date() == date(2025, 5, 20) for each in notes)


@pytest.mark.parametrize(
    ("text", "name"), [(" ", "An"), ("x", " "), ("x" * (LONGEST_NOTE + 1), "An"), ("x", "a" * 201)]
)
def test_a_note_needs_text_and_name(builder: WarehouseBuilder, text: str, name: str) -> None:
    """An empty or endless note is refused."""
    with pytest.raises(UsageError), transaction(builder.engine) as session:
        write_note(session, key_of(builder), DecisionReason(text, name), builder.now())
