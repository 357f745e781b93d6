"""Selection of stored reports for re-validation, on both engines."""

from sqlalchemy import select

from domain.indicators import Measure
from domain.submissions import ParsedReport, SubmissionState
from tests.warehouse.warehouse_builder import WarehouseBuilder
from warehouse.models import SubmissionRow
from warehouse.store.engine import reading, transaction
from warehouse.submissions.revalidation import accepted_reports, refused_reports, request_revalidation
from warehouse.submissions.submissions import pending, quarantine


def report(builder: WarehouseBuilder, number: int) -> ParsedReport:
    """A report of one commune with one figure."""
    return builder.report("22813", {builder.indicator_of(Measure.COUNT): (number,)})


def refused(builder: WarehouseBuilder) -> list[int]:
    """Return the refused submissions that can be judged again."""
    with reading(builder.engine) as session:
        return [refused_report.submission.id for refused_report in refused_reports(session)]


def test_the_newest_refused_version_is_judged_again(builder: WarehouseBuilder) -> None:
    """Of two refused versions the later one replaces the earlier."""
    builder.refuse(report(builder, 1))
    last = builder.refuse(report(builder, 2))
    assert refused(builder) == [last]


def test_a_version_refused_before_the_one_that_counts_is_settled(builder: WarehouseBuilder) -> None:
    """A version refused before the accepted one is not judged again; one refused after it is."""
    builder.refuse(report(builder, 1))
    counts = builder.accept(report(builder, 2))
    assert refused(builder) == []
    later = builder.refuse(report(builder, 3))
    assert refused(builder) == [later]
    with reading(builder.engine) as session:
        assert [accepted_report.submission.id for accepted_report in accepted_reports(session)] == [counts]


def test_unidentified_files_are_each_judged_again(builder: WarehouseBuilder) -> None:
    """Two files of unknown units are judged again independently."""
    nowhere = ParsedReport(unit=None, period=None, form=None, layout_version=None)
    both = [builder.receive(), builder.receive()]
    with transaction(builder.engine) as session:
        for side in both:
            quarantine(session, side, (), builder.now(), report=nowhere)
    assert refused(builder) == both


def test_only_refused_reports_are_judged_again(builder: WarehouseBuilder) -> None:
    """An accepted report is left alone, and a queued one waits for the run."""
    counts, wrong = builder.accept(report(builder, 1)), builder.refuse(builder.report("22816", {}))
    with transaction(builder.engine) as session:
        request_revalidation(session, [counts, wrong])
    with reading(builder.engine) as session:
        assert [pending_submission.id for pending_submission in pending(session)] == [wrong]
        states = dict(session.execute(select(SubmissionRow.id, SubmissionRow.state)).tuples().all())
    assert states == {counts: SubmissionState.ACCEPTED, wrong: SubmissionState.QUARANTINED}
