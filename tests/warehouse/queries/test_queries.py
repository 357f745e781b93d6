"""Read models: revisions, reporting status, lineage of figures, and due rollups."""

import pytest

from domain.errors import UsageError
from domain.issues import Repair
from domain.periods import parse_period
from domain.rollups import Boundary, ReportingState
from tests.warehouse.warehouse_builder import AT_NIGHTLY_RUN, FORM, MAY, WarehouseBuilder, critical
from warehouse import queries
from warehouse.queries import RevisionRef
from warehouse.queries.revisions import record_publication
from warehouse.queries.runs import runs
from warehouse.store.engine import reading, transaction
from warehouse.submissions.loading import JudgedReport
from warehouse.submissions.runs import finish_run, start_run

RATIO, COUNT, VILLAGE_COUNT = "dvc_toantrinh", "hd_dvc", "tcnscd_tv"


def status(builder: WarehouseBuilder, area: str = "585") -> queries.PeriodStatus:
    """Return the status of an area's units for May."""
    with reading(builder.engine) as session:
        return queries.period_status(session, builder.catalog, builder.area(area), FORM, MAY)


def unit_status(builder: WarehouseBuilder, code: str) -> queries.UnitStatus:
    """Return the status of one unit for May."""
    return next(unit for unit in status(builder).units if unit.standing.code == code)


def touched(builder: WarehouseBuilder, *areas: str) -> list[tuple[str, str]]:
    """Return area codes and periods that are due."""
    with reading(builder.engine) as session:
        result = queries.areas_touched(session, builder.catalog, areas, today=AT_NIGHTLY_RUN.date())
    return [(item.area.code, item.period.id) for item in result]


def ref(builder: WarehouseBuilder, number: int) -> RevisionRef:
    """Make a reference to a revision of the district's figures for May."""
    return RevisionRef("585", FORM, MAY, number, Boundary.AS_THEN, builder.area().valid_from)


def test_revision_without_figures_is_wrong_usage(builder: WarehouseBuilder) -> None:
    """An area without rollups and an unknown number raise."""
    with pytest.raises(UsageError, match="no figures yet"):
        builder.revision()
    builder.roll_up()
    with pytest.raises(UsageError, match="no revision 7"):
        builder.revision(7)


def test_revision_names_itself(builder: WarehouseBuilder) -> None:
    """Area, form, period, number, run, moment and catalogue are those it was made with."""
    builder.roll_up(run_id="run-9")
    result = builder.revision()
    assert (result.area, result.area_name, result.form, result.period, result.number) == (
        "585", builder.area().name, FORM, MAY, 1,
    )  # fmt: skip
    assert (result.run_id, result.published_at, result.catalog_version) == ("run-9", builder.clock, "small")
    assert {(row.revision, row.published_at, row.run_id) for row in result.rows} == {(1, builder.clock, "run-9")}


def test_revision_leads_from_figure_to_cell(builder: WarehouseBuilder) -> None:
    """Row, commune, file, sheet and cell of the stored bytes."""
    submission_id = builder.accept(builder.report("22813", {RATIO: (30, 40)}), builder.arrival("lam-son.xlsx"))
    builder.roll_up()
    (part,) = builder.revision().contributions
    (source,) = part.sources
    assert (part.indicator, part.unit, part.unit_name) == (RATIO, "22813", "Xã Lâm Sơn")
    assert (part.numerator, part.denominator) == (30, 40)
    assert (part.file.submission_id, part.file.file_name, part.file.version) == (submission_id, "lam-son.xlsx", 1)
    assert (source.sheet, source.cell, source.denominator_cell, source.numerator_raw) == (
        "Biểu 01-T",
        "E10",
        "D10",
        "30",
    )


def test_village_figures_lead_to_every_village_cell(builder: WarehouseBuilder) -> None:
    """A commune's part of a village indicator lists each village's cell, that without a number too."""
    unit = builder.area().members[1]
    villages = builder.catalog.units.villages(unit, builder.catalog.forms.last_day(FORM, MAY))
    cells = [3, "x", *[0] * (len(villages) - 3), 4]
    results = {item.code: {VILLAGE_COUNT: (content,)} for item, content in zip(villages, cells, strict=True)}
    builder.accept(builder.report(unit.code, {}, results))
    builder.roll_up()
    (part,) = builder.revision().contributions
    assert part.numerator == 7
    assert [source.unit for source in part.sources] == [village.code for village in villages]
    assert [source.numerator for source in part.sources] == [3, None, *[0] * (len(villages) - 3), 4]


def test_revision_says_how_each_unit_stood(builder: WarehouseBuilder) -> None:
    """Accepted, refused with its issues counted, and missing without a file."""
    builder.accept(builder.report("22813", {RATIO: (1, 2)}))
    builder.refuse(builder.report("22816", {RATIO: (3, 2)}), builder.arrival("sai.xlsx"))
    builder.roll_up()
    units = {unit.code: unit for unit in builder.revision().units}
    assert list(units) == sorted(units)
    assert units["22813"].state is ReportingState.ACCEPTED
    refused = units["22816"]
    assert (refused.state, refused.issues, refused.file and refused.file.file_name) == ("quarantined", 1, "sai.xlsx")
    assert (units["22819"].state, units["22819"].file, units["22819"].received_at) == ("missing", None, None)


def test_revision_does_not_change_when_its_refused_file_is_judged_again(builder: WarehouseBuilder) -> None:
    """Written again, a revision says the same, though the file it names has a longer history by now."""
    report = builder.report("22816", {RATIO: (3, 2)})
    refused = builder.refuse(report, builder.arrival("sai.xlsx"))
    builder.roll_up()
    before = builder.revision(1)
    builder.check_again(refused)
    builder.load(JudgedReport(refused, report, (critical(), critical("another"))))
    assert builder.revision(1) == before


def test_status_lists_reports_and_refusals(builder: WarehouseBuilder) -> None:
    """Each unit that owes the form, in order of codes, with the issues and cells of what was refused."""
    builder.accept(builder.report("22813", {RATIO: (1, 2)}))
    builder.refuse(builder.report("22828", {RATIO: (3, 2)}), builder.arrival("ma-noi.xlsx"))
    result = status(builder)
    assert (result.area_name, result.deadline.isoformat(), result.revision) == (builder.area().name, "2025-05-15", None)
    states = {other_unit.standing.code: other_unit.standing.state for other_unit in result.units}
    assert list(states) == [unit.code for unit in builder.area().members]
    assert (states["22813"], states["22828"], states["22810"]) == ("accepted", "quarantined", "missing")
    (refusal,) = unit_status(builder, "22828").refusals
    assert (refusal.file.file_name, refusal.issues) == ("ma-noi.xlsx", (critical(),))


def test_refused_correction_shows_beside_the_accepted_file(builder: WarehouseBuilder) -> None:
    """The accepted file counts, and a refusal after it is shown; an older refusal is not."""
    builder.refuse(builder.report("22813", {RATIO: (4, 2)}), builder.arrival("1.xlsx"))
    builder.accept(builder.report("22813", {RATIO: (1, 2)}), builder.arrival("2.xlsx"))
    builder.refuse(builder.report("22813", {RATIO: (3, 2)}), builder.arrival("3.xlsx"))
    result = unit_status(builder, "22813")
    assert (result.standing.state, result.standing.file and result.standing.file.file_name) == ("accepted", "2.xlsx")
    assert [refusal.file.file_name for refusal in result.refusals] == ["3.xlsx"]


def test_status_counts_pending_files(builder: WarehouseBuilder) -> None:
    """A file that is parsed and not yet judged is neither accepted nor lost."""
    builder.parse(builder.report("22813", {RATIO: (1, 2)}))
    result = unit_status(builder, "22813")
    assert (result.standing.state, result.waiting) == ("missing", 1)


def test_status_names_the_newest_revision(builder: WarehouseBuilder) -> None:
    """After a rollup the status names its number."""
    builder.roll_up()
    assert status(builder).revision == 1


def test_explain_leads_down_with_the_repairs_of_exactly_those_cells(builder: WarehouseBuilder) -> None:
    """Of two repaired cells only the figure's own is named."""
    mended = Repair("thousands_dot", "Biểu 01-T", "E10", "2.450", "2450")
    elsewhere = Repair("outer_spaces", "Biểu 01-T", "E11", " 3 ", "3")
    builder.accept(builder.report("22813", {RATIO: (2450, 3000), COUNT: (3,)}, repairs=(mended, elsewhere)))
    builder.roll_up()
    with reading(builder.engine) as session:
        result = queries.explain(session, "585", MAY, RATIO)
    (part,) = result.contributions
    assert (result.row.numerator, part.contribution.unit, part.state, part.repairs) == (
        2450,
        "22813",
        "accepted",
        (mended,),
    )
    assert {unit.code for unit in result.absent} == {unit.code for unit in builder.area().members} - {"22813"}


def test_explain_of_an_older_revision_shows_the_superseded_file(builder: WarehouseBuilder) -> None:
    """The first revision rests on the first file, which says that it was superseded since."""
    first = builder.accept(builder.report("22813", {RATIO: (1, 2)}))
    builder.roll_up()
    builder.accept(builder.report("22813", {RATIO: (2, 2)}))
    builder.roll_up()
    with reading(builder.engine) as session:
        old, new = (queries.explain(session, "585", MAY, RATIO, number) for number in (1, 2))
    assert (old.contributions[0].contribution.file.submission_id, old.contributions[0].state) == (first, "superseded")
    assert new.contributions[0].state == "accepted"
    assert [change.column for change in new.changes] == ["value", "numerator"]


def test_explain_of_an_unknown_figure_names_the_known(builder: WarehouseBuilder) -> None:
    """An unknown code raises with the known ones."""
    builder.roll_up()
    with reading(builder.engine) as session, pytest.raises(UsageError, match=RATIO):
        queries.explain(session, "585", MAY, "nothing")


def test_area_is_touched_until_it_is_rolled_up(builder: WarehouseBuilder) -> None:
    """What a killed run loaded and did not roll up is found by the next, for every area that holds the unit."""
    builder.accept(builder.report("22813", {RATIO: (1, 2)}))
    assert touched(builder, "585", "58", "584") == [("585", "2025-05"), ("58", "2025-05")]
    builder.roll_up()
    assert touched(builder, "585", "58") == [("58", "2025-05")]


def test_refusal_touches_an_area_too(builder: WarehouseBuilder) -> None:
    """Refused reports are part of what is published."""
    builder.roll_up()
    builder.refuse(builder.report("22813", {RATIO: (3, 2)}))
    assert touched(builder, "585") == [("585", "2025-05")]


def test_area_is_touched_only_in_periods_in_which_it_existed(builder: WarehouseBuilder) -> None:
    """A report for August 2025 touches the new province, not the district that ended in June."""
    august = parse_period("2025-08")
    builder.accept(builder.report("22810", {RATIO: (1, 2)}, period=august))
    assert touched(builder, "585", "56") == [("56", "2025-08")]


def test_rollup_that_moved_nothing_is_not_due_again(builder: WarehouseBuilder) -> None:
    """The position in the log is recorded, so the area is not due until the next event."""
    builder.accept(builder.report("22813", {RATIO: (1, 2)}))
    builder.roll_up()
    builder.accept(builder.report("22813", {RATIO: (1, 2)}))
    assert builder.roll_up() is None
    assert touched(builder, "585") == []


def test_revision_waits_to_be_published_until_it_is(builder: WarehouseBuilder) -> None:
    """A run that was killed before publishing leaves the newest revision to the next; older ones are let be."""
    builder.accept(builder.report("22813", {RATIO: (1, 2)}))
    builder.roll_up()
    builder.accept(builder.report("22813", {RATIO: (2, 2)}))
    builder.roll_up()
    with reading(builder.engine) as session:
        assert queries.unpublished(session) == (ref(builder, 2),)
    for _ in range(2):
        with transaction(builder.engine) as session:
            record_publication(session, ref(builder, 2), path=".revisions/2025-05/585/2", at=AT_NIGHTLY_RUN)
    with reading(builder.engine) as session:
        assert queries.unpublished(session) == ()


def test_publication_of_no_revision_is_refused(builder: WarehouseBuilder) -> None:
    """A publication cannot be recorded for a missing revision."""
    with pytest.raises(UsageError, match="revision 3"), transaction(builder.engine) as session:
        record_publication(session, ref(builder, 3), path="x", at=AT_NIGHTLY_RUN)


def test_run_is_recorded_from_start_to_finish(builder: WarehouseBuilder) -> None:
    """A run that is under way has no end; when it ends, its counts are kept."""
    with transaction(builder.engine) as session:
        start_run(session, "run-1", "nightly", "v1", AT_NIGHTLY_RUN)
    with reading(builder.engine) as session:
        begun = queries.run_record(session, "run-1")
        assert queries.run_record(session, "nobody") is None
    with transaction(builder.engine) as session:
        finish_run(session, "run-1", {"accepted": 7, "quarantined": 1}, builder.now())
    with reading(builder.engine) as session:
        (ended,) = runs(session, 10)
    assert begun is not None
    assert (begun.kind, begun.started_at, begun.finished_at, begun.counts) == ("nightly", AT_NIGHTLY_RUN, None, {})
    assert (ended.finished_at, ended.counts) == (builder.clock, {"accepted": 7, "quarantined": 1})


def test_reason_of_a_run_is_kept(builder: WarehouseBuilder) -> None:
    """The reason of a rerun is still recorded when Prefect's own records are pruned."""
    with transaction(builder.engine) as session:
        start_run(session, "run-1", "rerun", "v1", AT_NIGHTLY_RUN, reason="xã gửi lại")
    with reading(builder.engine) as session:
        kept = queries.run_record(session, "run-1")
    assert kept is not None
    assert kept.reason == "xã gửi lại"


def test_run_that_was_never_started_cannot_finish(builder: WarehouseBuilder) -> None:
    """An unknown run raises and is not recorded."""
    with pytest.raises(UsageError, match="run-x"), transaction(builder.engine) as session:
        finish_run(session, "run-x", {}, AT_NIGHTLY_RUN)
