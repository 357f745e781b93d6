"""Judged submissions are accepted or quarantined as a whole, once, and one per report is accepted at a time."""

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.issues import Issue, Repair, Severity
from domain.observations import CellState, Figure, Observation
from domain.submissions import IllegalMoveError, ParsedReport, SubmissionState
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder, critical
from warehouse import queries
from warehouse.models import ObservationRow, RepairRow, SubmissionEventRow, SubmissionRow
from warehouse.store.engine import reading, transaction
from warehouse.submissions.loading import ChangedReport, JudgedReport, LoadResult

FIGURES = {"dvc_toantrinh": (30, 40), "hd_dvc": (12,)}
WARNING = Issue("stock_falls", Severity.WARNING, sheet="Biểu 01-T", cell="E10")


def states(builder: WarehouseBuilder) -> dict[int, SubmissionState]:
    """States of all submissions."""
    with reading(builder.engine) as session:
        return dict(
            session.execute(select(SubmissionRow.id, SubmissionRow.state).order_by(SubmissionRow.id)).tuples().all()
        )


def log_of(builder: WarehouseBuilder, submission_id: int) -> list[tuple[SubmissionState, str | None]]:
    """The states a submission went to, with the reasons."""
    with reading(builder.engine) as session:
        return [
            (row.to_state, row.reason)
            for row in session.scalars(
                select(SubmissionEventRow)
                .where(SubmissionEventRow.submission_id == submission_id)
                .order_by(SubmissionEventRow.id)
            )
        ]


def test_accepted_submission_brings_in_its_figures_with_their_cells(builder: WarehouseBuilder) -> None:
    """Number, percentage, state, sheet, cell and text of every figure are kept."""
    submission_id = builder.accept(builder.report("22813", FIGURES))
    with reading(builder.engine) as session:
        ratio, count = session.scalars(select(ObservationRow).order_by(ObservationRow.cell)).all()
    assert (ratio.submission_id, ratio.unit_code, ratio.sheet) == (submission_id, "22813", "Biểu 01-T")
    assert (ratio.numerator, ratio.denominator, ratio.value) == (30, 40, 75)
    assert (ratio.cell, ratio.denominator_cell, ratio.numerator_raw) == ("E10", "D10", "30")
    assert (count.numerator, count.denominator, count.value, count.denominator_state) == (12, None, 12, None)


@pytest.mark.parametrize(
    ("cells", "state"), [((0, 5), CellState.ZERO), ((None, 5), CellState.BLANK), (("x", 5), CellState.NOT_APPLICABLE)]
)
def test_zero_blank_and_not_applicable_are_kept_apart(
    builder: WarehouseBuilder, cells: tuple[int | str | None, int], state: CellState
) -> None:
    """Three different things stay three different things."""
    builder.accept(builder.report("22813", {"dvc_toantrinh": cells}))
    with reading(builder.engine) as session:
        row = session.scalars(select(ObservationRow)).one()
    assert row.state == state
    assert (row.numerator is None) == (state is not CellState.ZERO)


def test_one_critical_issue_quarantines_the_whole(builder: WarehouseBuilder) -> None:
    """Nothing of a refused workbook is loaded; issues and repairs are kept."""
    report = builder.report("22813", FIGURES, repairs=(Repair("thousands_dot", "Biểu 01-T", "E10", "2.450", "2450"),))
    submission_id = builder.check(report)
    result = builder.load(JudgedReport(submission_id, report, (WARNING, critical())))
    assert result == LoadResult((), (submission_id,), frozenset({ChangedReport("22813", MAY, FORM)}))
    with reading(builder.engine) as session:
        assert session.scalars(select(ObservationRow)).all() == []
        assert queries.submission_issues(session, submission_id) == (critical(), WARNING)
        assert session.scalars(select(RepairRow.after)).all() == ["2450"]


def test_warnings_do_not_quarantine(builder: WarehouseBuilder) -> None:
    """A warning is kept with an accepted submission."""
    report = builder.report("22813", FIGURES)
    submission_id = builder.check(report)
    assert builder.load(JudgedReport(submission_id, report, (WARNING,))).accepted == (submission_id,)
    with reading(builder.engine) as session:
        assert queries.submission_issues(session, submission_id) == (WARNING,)


def test_later_accepted_supersedes_the_earlier(builder: WarehouseBuilder) -> None:
    """A correction takes its place; the version before it is kept with its figures and says by whom."""
    first = builder.accept(builder.report("22813", FIGURES))
    second = builder.accept(builder.report("22813", {"dvc_toantrinh": (35, 40)}))
    assert states(builder) == {first: "superseded", second: "accepted"}
    with reading(builder.engine) as session:
        assert session.get_one(SubmissionRow, first).superseded_by == second
        kept = session.scalars(select(ObservationRow.submission_id).distinct()).all()
    assert sorted(kept) == [first, second]


def test_refused_correction_leaves_the_accepted_version_standing(builder: WarehouseBuilder) -> None:
    """The accepted version counts until a new one is accepted."""
    first = builder.accept(builder.report("22813", FIGURES))
    second = builder.refuse(builder.report("22813", FIGURES))
    assert states(builder) == {first: "accepted", second: "quarantined"}


def test_chain_of_three_leaves_one_standing(builder: WarehouseBuilder) -> None:
    """Each correction supersedes the one before, whatever the number."""
    ids = [builder.accept(builder.report("22813", FIGURES)) for _ in range(3)]
    assert list(states(builder).values()) == ["superseded", "superseded", "accepted"]
    with reading(builder.engine) as session:
        assert [session.get_one(SubmissionRow, id_).superseded_by for id_ in ids] == [ids[1], ids[2], None]


def test_two_of_one_period_in_one_load_end_with_the_one_seen_last(builder: WarehouseBuilder) -> None:
    """The order in which the judged are handed over does not matter."""
    report = builder.report("22813", FIGURES)
    first, second = builder.check(report), builder.check(report)
    builder.load(JudgedReport(second, report, ()), JudgedReport(first, report, ()))
    assert states(builder) == {first: "superseded", second: "accepted"}


def test_old_file_judged_again_does_not_displace_a_newer_one(builder: WarehouseBuilder) -> None:
    """A refused first version that passes today's rules is accepted and superseded at once; the correction counts."""
    report = builder.report("22813", FIGURES)
    old = builder.refuse(report)
    new = builder.accept(report)
    builder.check_again(old)
    builder.load(JudgedReport(old, report, ()))
    assert states(builder) == {old: "superseded", new: "accepted"}
    assert log_of(builder, old)[-2:] == [("accepted", None), ("superseded", "later_submission_stands")]
    assert log_of(builder, new)[-1] == ("accepted", None)


def test_refused_file_is_accepted_when_judged_again_under_other_rules(builder: WarehouseBuilder) -> None:
    """Its issues of then are kept, those of now are shown."""
    report = builder.report("22813", FIGURES)
    submission_id = builder.refuse(report)
    builder.check_again(submission_id)
    assert builder.load(JudgedReport(submission_id, report, ())).accepted == (submission_id,)
    with reading(builder.engine) as session:
        assert queries.submission_issues(session, submission_id) == ()
        assert session.get_one(SubmissionRow, submission_id).judgement == 2


@pytest.mark.parametrize("issues", [(), (critical(),)])
def test_loading_twice_is_a_no_op(builder: WarehouseBuilder, issues: tuple[Issue, ...]) -> None:
    """Loading again after a killed run changes nothing, whatever the outcome."""
    report = builder.report("22813", FIGURES)
    judged = JudgedReport(builder.check(report), report, issues)
    builder.load(judged)
    before = states(builder), log_of(builder, judged.submission_id)
    assert builder.load(judged) == LoadResult((), (), frozenset())
    assert (states(builder), log_of(builder, judged.submission_id)) == before


def test_unchecked_submission_cannot_be_accepted(builder: WarehouseBuilder) -> None:
    """A submission that the rules were not run on raises, and nothing of the load is kept."""
    report = builder.report("22813", FIGURES)
    good, unchecked = builder.check(builder.report("22816", FIGURES)), builder.parse(report)
    with pytest.raises(IllegalMoveError):
        builder.load(JudgedReport(good, builder.report("22816", FIGURES), ()), JudgedReport(unchecked, report, ()))
    assert states(builder) == {good: "checked", unchecked: "parsed"}


def test_database_itself_refuses_two_accepted_for_one_period(builder: WarehouseBuilder) -> None:
    """A unique constraint prevents counting a commune twice."""
    builder.accept(builder.report("22813", FIGURES))
    second = builder.check(builder.report("22813", FIGURES))
    with pytest.raises(IntegrityError), transaction(builder.engine) as session:
        session.get_one(SubmissionRow, second).state = SubmissionState.ACCEPTED


def with_numerator(report: ParsedReport, *numerators: Figure) -> ParsedReport:
    """The report with other observations of one indicator: one for each numerator."""
    results = tuple(Observation("22813", "hd_dvc", "Biểu 01-T", numerator) for numerator in numerators)
    return ParsedReport(report.unit, report.period, report.form, report.layout_version, results)


@pytest.mark.parametrize(
    ("numerators", "code"),
    [
        ((Figure(CellState.VALUE, Decimal(10) ** 13, "E9", "1E13"),), "figure_beyond_limits"),
        ((Figure(CellState.VALUE, Decimal("0.1234567"), "E9", "0,1234567"),), "figure_beyond_limits"),
        ((Figure(CellState.UNREADABLE, None, "E9", "nhiều"),), "figure_unreadable"),
        ((Figure(CellState.VALUE, Decimal(1), "E9", "1"), Figure(CellState.VALUE, Decimal(2), "E10", "2")),
         "figure_given_twice"),
    ],
)  # fmt: skip
def test_figure_the_warehouse_cannot_keep_is_an_issue_with_its_cell(
    builder: WarehouseBuilder, numerators: tuple[Figure, ...], code: str
) -> None:
    """A figure too large, too fine, unreadable or duplicate is an issue, and the run goes on."""
    report = with_numerator(builder.report("22813", {}), *numerators)
    submission_id = builder.check(report)
    good = builder.check(builder.report("22816", FIGURES))
    result = builder.load(
        JudgedReport(submission_id, report, ()), JudgedReport(good, builder.report("22816", FIGURES), ())
    )
    assert (result.accepted, result.quarantined) == ((good,), (submission_id,))
    with reading(builder.engine) as session:
        results = queries.submission_issues(session, submission_id)
    assert {issue.code for issue in results} == {code}
    assert [issue.cell for issue in results] == [numerator.cell for numerator in numerators]


def test_sum_of_villages_beyond_limits_is_put_down_to_the_largest(builder: WarehouseBuilder) -> None:
    """Figures that fit one by one and not together would stop SQLite's sums for everybody."""
    villages = {f"{number}": {"tcnscd_tv": (Decimal(10) ** 11 + (number == 7),)} for number in range(10)}
    report = builder.report("22813", {}, villages)
    submission_id = builder.check(report)
    assert builder.load(JudgedReport(submission_id, report, ())).quarantined == (submission_id,)
    with reading(builder.engine) as session:
        (issue,) = queries.submission_issues(session, submission_id)
    assert (issue.code, issue.unit, issue.cell) == ("figure_beyond_limits", "7", "E12")


def test_cell_that_reading_refused_is_named_once(builder: WarehouseBuilder) -> None:
    """A cell with a critical issue gets no second one."""
    report = with_numerator(builder.report("22813", {}), Figure(CellState.UNREADABLE, None, "E9", "nhiều"))
    submission_id = builder.check(report)
    result = Issue("text_where_number", Severity.CRITICAL, "Biểu 01-T", "E9", "nhiều")
    builder.load(JudgedReport(submission_id, report, (result,)))
    with reading(builder.engine) as session:
        assert [issue.code for issue in queries.submission_issues(session, submission_id)] == ["text_where_number"]


def test_share_beyond_all_sense_is_an_issue(builder: WarehouseBuilder) -> None:
    """Two numbers that fit, whose percentage does not, refuse one workbook instead of failing the run."""
    report = builder.report("22813", {"dvc_toantrinh": (10**11, 1)})
    submission_id = builder.accept(report)
    assert states(builder) == {submission_id: "quarantined"}


def test_percentage_of_a_formula_may_have_any_decimals(builder: WarehouseBuilder) -> None:
    """A computed value such as 94.2312345678 does not refuse a workbook."""
    stated = Figure(CellState.VALUE, Decimal("94.2312345678"), "F9", "94.2312345678", 2)
    observation = Observation(
        "22813", "hd_dvc", "Biểu 01-T", Figure(CellState.VALUE, Decimal(1), "E9", "1"), None, stated
    )
    report = ParsedReport(builder.report("22813", {}).unit, MAY, FORM, "2025.1", (observation,))
    builder.accept(report)
    with reading(builder.engine) as session:
        row = session.scalars(select(ObservationRow)).one()
    assert (row.stated, row.stated_raw, row.stated_decimals) == (Decimal("94.231235"), "94.2312345678", 2)
