"""A person answers a warning: bound to the figures, until a day, known from a moment, shown beside the figures."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from domain.errors import UsageError
from domain.issues import Issue, Severity
from domain.periods import parse_period
from domain.submissions import Judgement
from domain.units import UnitKey
from tests.warehouse.warehouse_builder import FORM, MAY, WARNS, Cells, WarehouseBuilder, critical, warning
from warehouse import queries
from warehouse.models import WaiverRow
from warehouse.queries.waivers import WaiverRecord, WaiverStatus, waivers
from warehouse.store.copying import copy_warehouse
from warehouse.store.engine import open_engine, reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.loading import JudgedReport
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.waivers import WarningSelector, take_back, waive
from warehouse.submissions.withdrawal import Decision, restore, withdraw

UNIT = "22813"
STOCK, OTHER = "hddt_dn", "vb_dt"
FIGURES: dict[str, Cells] = {STOCK: (8, 10), OTHER: (3, 4)}
WHY = DecisionReason("một doanh nghiệp giải thể", "an.nguyen")
LAST = date(2025, 6, 30)
UNANSWERED = "Số liệu còn có cảnh báo chưa được giải trình: 22813 Xã Lâm Sơn (Số lũy kế giảm so với kỳ trước)."


def send(builder: WarehouseBuilder, *issues: Issue, **figures: Cells) -> int:
    """One more version of the commune's report, with what the rules found in it."""
    report = builder.report(UNIT, {**FIGURES, **figures})
    submission = builder.check(report)
    builder.load(JudgedReport(submission, report, issues))
    return submission


def question(builder: WarehouseBuilder, rule: str = WARNS, indicator: str | None = None) -> WarningSelector:
    """Return the selector of the warnings to answer."""
    return WarningSelector(ReportKey(key(builder), FORM, MAY), rule, indicator)


def key(builder: WarehouseBuilder) -> UnitKey:
    """The commune."""
    return builder.catalog.units.get(UNIT, builder.catalog.forms.last_day(FORM, MAY)).key


def answer(
    builder: WarehouseBuilder, until: date = LAST, decision: DecisionReason = WHY, indicator: str | None = None
) -> tuple[Issue, ...]:
    """Let a person answer; gives what was answered."""
    with transaction(builder.engine) as session:
        return waive(session, question(builder, indicator=indicator), until, Decision(decision, builder.now()))[1]


def notes(builder: WarehouseBuilder, indicator: str = STOCK) -> str:
    """What the newest revision notes beside a figure, after a rollup."""
    builder.roll_up()
    return next(row.notes for row in builder.revision().rows if row.indicator == indicator)


def standing(builder: WarehouseBuilder) -> list[WaiverStatus]:
    """Return the status of all answers, newest first."""
    return [item.standing for item in open_warnings_shown(builder)]


def open_warnings_shown(builder: WarehouseBuilder) -> tuple[WaiverRecord, ...]:
    """All answers."""
    with reading(builder.engine) as session:
        return waivers(session, builder.clock)


def test_a_figure_with_an_open_question_says_so(builder: WarehouseBuilder) -> None:
    """It is loaded and counted, and its row names the commune and the question; other rows do not."""
    send(builder, warning(STOCK))
    assert UNANSWERED in notes(builder)
    row = next(other_row for other_row in builder.revision().rows if other_row.indicator == STOCK)
    assert row.numerator == 8
    assert "cảnh báo" not in notes(builder, OTHER)


def test_an_answer_is_shown_beside_the_figure(builder: WarehouseBuilder) -> None:
    """A new revision has person, answer, time and last day; no figure changed, and no file is named as cause."""
    send(builder, warning(STOCK))
    notes(builder)
    assert answer(builder) == (warning(STOCK),)
    assert notes(builder).endswith(
        "Cảnh báo đã được giải trình: 22813 Xã Lâm Sơn – Số lũy kế giảm so với kỳ trước: “một doanh nghiệp giải thể” "
        "(an.nguyen, 20/05/2025, có giá trị đến hết 30/06/2025)."
    )
    assert [(change.indicator, change.column, change.sha256) for change in builder.revision().changes] == [
        (STOCK, "notes", None)
    ]
    assert standing(builder) == [WaiverStatus.COUNTS]


def test_another_file_with_the_same_figures_keeps_the_answer(builder: WarehouseBuilder) -> None:
    """The answer is bound to the figures, not to the file; other lines of the report may change."""
    send(builder, warning(STOCK))
    answer(builder)
    send(builder, warning(STOCK), **{OTHER: (4, 4)})
    assert "một doanh nghiệp giải thể" in notes(builder)
    assert standing(builder) == [WaiverStatus.COUNTS]


@pytest.mark.parametrize(
    ("issue", "cells"),
    [
        (warning(STOCK, found="7"), (7, 10)),
        (warning(STOCK), (8, 11)),
        (warning(STOCK, expected="12"), (8, 10)),
    ],
)
def test_answer_lapses_with_changed_figures(builder: WarehouseBuilder, issue: Issue, cells: Cells) -> None:
    """Another numerator, another denominator, another figure that it is compared with: the answer lapses."""
    send(builder, warning(STOCK))
    answer(builder)
    send(builder, issue, **{STOCK: cells})
    assert UNANSWERED in notes(builder)
    assert standing(builder) == [WaiverStatus.LAPSED]
    answer(builder, decision=DecisionReason("đã rà soát lại", "an.nguyen"))
    assert "đã rà soát lại" in notes(builder)


def test_an_answer_is_worth_nothing_after_its_last_day(builder: WarehouseBuilder) -> None:
    """The first run after the last day finds the figures due once, without any report."""
    send(builder, warning(STOCK))
    last = date(2025, 5, 21)
    answer(builder, until=last)
    assert "một doanh nghiệp giải thể" in notes(builder)
    builder.clock = datetime(2025, 5, 21, 16, 0, tzinfo=builder.clock.tzinfo)
    assert not due(builder, last)
    builder.clock += timedelta(hours=2)
    assert due(builder, last + timedelta(days=1))
    assert UNANSWERED in notes(builder)
    assert not due(builder, last + timedelta(days=1))
    assert standing(builder) == [WaiverStatus.EXPIRED]


def due(builder: WarehouseBuilder, today: date) -> bool:
    """Return whether the district's figures are due."""
    with reading(builder.engine) as session:
        return bool(queries.areas_touched(session, builder.catalog, ["585"], today=today))


def test_answers_and_their_return_make_figures_due(builder: WarehouseBuilder) -> None:
    """An answer and its revocation make the figures due for the next rollup."""
    send(builder, warning(STOCK))
    notes(builder)
    today = date(2025, 5, 20)
    answer(builder)
    assert due(builder, today)
    notes(builder)
    with transaction(builder.engine) as session:
        take_back(session, question(builder).key, WARNS, Decision(DecisionReason("nhầm xã", "binh"), builder.now()))
    assert due(builder, today)
    assert UNANSWERED in notes(builder)
    (result,) = open_warnings_shown(builder)
    assert result.standing is WaiverStatus.TAKEN_BACK
    assert result.taken_back is not None
    assert (result.taken_back.by, result.taken_back.reason) == ("binh", "nhầm xã")


def test_a_warning_is_answered_once(builder: WarehouseBuilder) -> None:
    """A second answer is refused with the first one and the way to revoke it; nothing of it is kept."""
    send(builder, warning(STOCK))
    answer(builder)
    with pytest.raises(UsageError, match=r"answered already .* by an\.nguyen.*--take-back"):
        answer(builder, decision=DecisionReason("khác", "binh"))
    with reading(builder.engine) as session:
        assert len(session.scalars(select(WaiverRow)).all()) == 1


def test_indicators_can_be_answered_one_by_one(builder: WarehouseBuilder) -> None:
    """Named, only that indicator's warning is answered; not named, whatever is left."""
    send(builder, warning(STOCK), warning(OTHER))
    assert answer(builder, indicator=OTHER) == (warning(OTHER),)
    assert UNANSWERED in notes(builder)
    assert answer(builder) == (warning(STOCK),)


def test_critical_issues_cannot_be_answered(builder: WarehouseBuilder) -> None:
    """A critical issue has to be corrected; warnings of a refused report cannot be answered either."""
    send(builder, critical(WARNS))
    with pytest.raises(UsageError, match="only warnings can be answered"):
        answer(builder)


def test_answer_without_open_warning_is_refused(builder: WarehouseBuilder) -> None:
    """Without a report, a warning of the rule or the indicator it is refused, and the open warnings are named."""
    with pytest.raises(UsageError, match="nothing is accepted"):
        answer(builder)
    send(builder, Issue("jump", Severity.WARNING, indicator=STOCK))
    with pytest.raises(UsageError, match=r"stock_falls asks nothing .*it asks: jump"):
        answer(builder)


@pytest.mark.parametrize(
    ("until", "decision", "reason"),
    [(date(2025, 5, 19), WHY, "passed already"), (LAST, DecisionReason("  ", "an"), "say why")],
)
def test_a_reason_and_a_day_to_come_are_needed(
    builder: WarehouseBuilder, until: date, decision: DecisionReason, reason: str
) -> None:
    """An answer without words, or that counts no day, is none."""
    send(builder, warning(STOCK))
    with pytest.raises(UsageError, match=reason):
        answer(builder, until, decision)


def test_a_whole_reports_question_is_beside_all_its_figures(builder: WarehouseBuilder) -> None:
    """A copied return puts every figure of it in doubt, and one answer settles all."""
    send(builder, Issue(WARNS, Severity.WARNING, found="2025-04"))
    assert UNANSWERED in notes(builder)
    assert UNANSWERED in notes(builder, OTHER)
    answer(builder)
    assert UNANSWERED not in notes(builder) + notes(builder, OTHER)


def test_a_missing_figure_with_an_answer_says_why(builder: WarehouseBuilder) -> None:
    """Of a figure that is not there the row says so anyway; once it is explained, it says why as well."""
    send(builder, warning(STOCK), **{STOCK: (None, 10)})
    assert UNANSWERED not in notes(builder)
    answer(builder)
    assert "một doanh nghiệp giải thể" in notes(builder)


def test_a_withdrawn_reports_answer_waits_for_it(builder: WarehouseBuilder) -> None:
    """A withdrawn report has no open warnings; once restored, its answer is in force again."""
    send(builder, warning(STOCK))
    answer(builder)
    place = question(builder).key
    with transaction(builder.engine) as session:
        withdraw(session, place, Decision(WHY, builder.now()))
    assert standing(builder) == [WaiverStatus.LAPSED]
    assert "giải trình" not in notes(builder)
    with transaction(builder.engine) as session:
        restore(session, place, Decision(WHY, builder.now()))
    assert "một doanh nghiệp giải thể" in notes(builder)


def test_findings_of_shadow_rules_are_hidden(builder: WarehouseBuilder) -> None:
    """They are stored, and neither counted, listed nor noted; the judgement is as if they were absent."""
    shadow = Issue(WARNS, Severity.INFO, "Biểu 01-T", "E10", indicator=STOCK, facts={"stage": "shadow"})
    submission = send(builder, shadow)
    assert "giải trình" not in notes(builder)
    with reading(builder.engine) as session:
        assert session.scalar(text("SELECT count(*) FROM issue")) == 1
        assert queries.submission_issues(session, submission) == ()
        status = queries.period_status(session, builder.catalog, builder.area(), FORM, MAY)
        assert queries.submission_warnings(session, [submission], builder.clock) == {}
    unit = next(other_unit for other_unit in status.units if other_unit.standing.code == UNIT)
    assert (unit.standing.issues, unit.judgement) == (0, Judgement.ACCEPTED)
    assert next(other_unit.issues for other_unit in builder.revision().units if other_unit.code == UNIT) == 0


@pytest.mark.parametrize(
    ("issues", "judgement"),
    [
        ((), Judgement.ACCEPTED),
        ((warning(STOCK),), Judgement.ACCEPTED_WITH_WARNINGS),
        ((warning(STOCK), critical()), Judgement.QUARANTINED),
    ],
)
def test_every_submission_has_a_judgement(
    builder: WarehouseBuilder, issues: tuple[Issue, ...], judgement: Judgement
) -> None:
    """Status and the read model for other tools say the same."""
    send(builder, *issues)
    with reading(builder.engine) as session:
        status = queries.period_status(session, builder.catalog, builder.area(), FORM, MAY)
        view = session.scalar(text("SELECT judgement FROM submission_status WHERE unit = '22813'"))
    assert next(unit.judgement for unit in status.units if unit.standing.code == UNIT) is judgement
    assert view == judgement


def test_lineage_has_warning_and_answer(builder: WarehouseBuilder) -> None:
    """The lineage of a revision has those in force when it was made, whatever was answered or revoked since."""
    send(builder, warning(STOCK))
    notes(builder)
    answer(builder)
    notes(builder)
    with reading(builder.engine) as session:
        results = [queries.explain(session, "585", MAY, STOCK, number).contributions[0].asked for number in (1, 2)]
    ((before,), (after,)) = results
    assert (before.issue, before.waiver) == (warning(STOCK), None)
    assert after.waiver is not None
    assert (after.waiver.by, after.waiver.until) == ("an.nguyen", LAST)
    assert [open_warning.asked for open_warning in builder.revision(1).asked] == [before]
    assert [open_warning.asked for open_warning in builder.revision(2).asked] == [after]


def test_answers_are_copied(builder: WarehouseBuilder, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A copied warehouse has the answers and revocations, and the same notes beside the figures."""
    send(builder, warning(STOCK))
    answer(builder)
    with transaction(builder.engine) as session:
        take_back(session, question(builder).key, WARNS, Decision(WHY, builder.now()))
    answer(builder, decision=DecisionReason("đã rà soát lại", "an.nguyen"))
    result = notes(builder)
    target = open_engine(f"sqlite:///{tmp_path_factory.mktemp('copy') / 'warehouse.db'}")
    copy_warehouse(builder.engine, target)
    with reading(target) as session:
        assert len(waivers(session, builder.clock)) == 2
    copied = WarehouseBuilder(target, builder.catalog, builder.clock)
    assert copied.roll_up() is None
    assert next(row.notes for row in copied.revision().rows if row.indicator == STOCK) == result
    target.dispose()


def test_quarter_names_the_month_of_a_warning(builder: WarehouseBuilder) -> None:
    """A longer period rests on its months' reports: their warnings and answers are beside its figures too."""
    quarter = parse_period("2025-Q2")
    flow = OTHER
    send(builder, warning(flow))
    for month in ("2025-04", "2025-06"):
        builder.accept(builder.report(UNIT, FIGURES, period=parse_period(month)))
    builder.roll_up(period=quarter)
    results = next(row.notes for row in builder.revision(period=quarter).rows if row.indicator == flow)
    assert "chưa được giải trình: 22813 Xã Lâm Sơn (2025-05) (Số lũy kế giảm so với kỳ trước)." in results
    answer(builder)
    builder.roll_up(period=quarter)
    result = next(row.notes for row in builder.revision(period=quarter).rows if row.indicator == flow)
    assert "22813 Xã Lâm Sơn (2025-05) – Số lũy kế giảm so với kỳ trước: “một doanh nghiệp giải thể”" in result
