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
from warehouse.submissions.report_keys import SubmissionKey
from warehouse.submissions.waivers import WarningSelector, take_back, waive
from warehouse.submissions.withdrawal import Decision, restore, withdraw

UNIT = "22813"
STOCK, OTHER = "hddt_dn", "vb_dt"
FIGURES: dict[str, Cells] = {STOCK: (8, 10), OTHER: (3, 4)}
WHY = DecisionReason("một doanh nghiệp giải thể", "an.nguyen")
LAST = date(2025, 6, 30)
UNANSWERED = "Số liệu còn có cảnh báo chưa được giải trình: 22813 Xã Lâm Sơn (Số lũy kế giảm so với kỳ trước)."


def send(house: WarehouseBuilder, *issues: Issue, **figures: Cells) -> int:
    """One more version of the commune's report, with what the rules found in it."""
    report = house.report(UNIT, {**FIGURES, **figures})
    submission = house.check(report)
    house.load(JudgedReport(submission, report, issues))
    return submission


def question(house: WarehouseBuilder, rule: str = WARNS, indicator: str | None = None) -> WarningSelector:
    """What is answered."""
    return WarningSelector(SubmissionKey(key(house), FORM, MAY), rule, indicator)


def key(house: WarehouseBuilder) -> UnitKey:
    """The commune."""
    return house.catalog.units.get(UNIT, house.catalog.last_day(FORM, MAY)).key


def answer(
    house: WarehouseBuilder, until: date = LAST, said: DecisionReason = WHY, indicator: str | None = None
) -> tuple[Issue, ...]:
    """Let a person answer; gives what was answered."""
    with transaction(house.engine) as session:
        return waive(session, question(house, indicator=indicator), until, Decision(said, house.now()))[1]


def notes(house: WarehouseBuilder, indicator: str = STOCK) -> str:
    """What the newest revision notes beside a figure, after a rollup."""
    house.roll_up()
    return next(row.notes for row in house.revision().rows if row.indicator == indicator)


def standing(house: WarehouseBuilder) -> list[WaiverStatus]:
    """How the answers stand, newest first."""
    return [one.standing for one in told(house)]


def told(house: WarehouseBuilder) -> tuple[WaiverRecord, ...]:
    """All answers."""
    with reading(house.engine) as session:
        return waivers(session, house.clock)


def test_a_figure_with_an_open_question_says_so(house: WarehouseBuilder) -> None:
    """It is loaded and counted, and its row names the commune and the question; other rows do not."""
    send(house, warning(STOCK))
    assert UNANSWERED in notes(house)
    row = next(one for one in house.revision().rows if one.indicator == STOCK)
    assert row.numerator == 8
    assert "cảnh báo" not in notes(house, OTHER)


def test_an_answer_is_shown_beside_the_figure(house: WarehouseBuilder) -> None:
    """A new revision says who answered what, when and until when; no figure moved, and no file is blamed."""
    send(house, warning(STOCK))
    notes(house)
    assert answer(house) == (warning(STOCK),)
    assert notes(house).endswith(
        "Cảnh báo đã được giải trình: 22813 Xã Lâm Sơn – Số lũy kế giảm so với kỳ trước: “một doanh nghiệp giải thể” "
        "(an.nguyen, 20/05/2025, có giá trị đến hết 30/06/2025)."
    )
    assert [(one.indicator, one.column, one.sha256) for one in house.revision().changes] == [(STOCK, "notes", None)]
    assert standing(house) == [WaiverStatus.COUNTS]


def test_another_file_with_the_same_figures_keeps_the_answer(house: WarehouseBuilder) -> None:
    """The answer is bound to the figures, not to the file; other lines of the report may change."""
    send(house, warning(STOCK))
    answer(house)
    send(house, warning(STOCK), **{OTHER: (4, 4)})
    assert "một doanh nghiệp giải thể" in notes(house)
    assert standing(house) == [WaiverStatus.COUNTS]


@pytest.mark.parametrize(
    ("issue", "cells"),
    [
        (warning(STOCK, found="7"), (7, 10)),
        (warning(STOCK), (8, 11)),
        (warning(STOCK, expected="12"), (8, 10)),
    ],
)
def test_other_figures_are_asked_about_anew(house: WarehouseBuilder, issue: Issue, cells: Cells) -> None:
    """Another numerator, another denominator, another figure that it is compared with: the answer lapses."""
    send(house, warning(STOCK))
    answer(house)
    send(house, issue, **{STOCK: cells})
    assert UNANSWERED in notes(house)
    assert standing(house) == [WaiverStatus.LAPSED]
    answer(house, said=DecisionReason("đã rà soát lại", "an.nguyen"))
    assert "đã rà soát lại" in notes(house)


def test_an_answer_is_worth_nothing_after_its_last_day(house: WarehouseBuilder) -> None:
    """The first night after it finds the figures due, without any report, and once only."""
    send(house, warning(STOCK))
    last = date(2025, 5, 21)
    answer(house, until=last)
    assert "một doanh nghiệp giải thể" in notes(house)
    house.clock = datetime(2025, 5, 21, 16, 0, tzinfo=house.clock.tzinfo)
    assert not due(house, last)
    house.clock += timedelta(hours=2)
    assert due(house, last + timedelta(days=1))
    assert UNANSWERED in notes(house)
    assert not due(house, last + timedelta(days=1))
    assert standing(house) == [WaiverStatus.EXPIRED]


def due(house: WarehouseBuilder, today: date) -> bool:
    """Whether the district's figures have to be looked at."""
    with reading(house.engine) as session:
        return bool(queries.areas_touched(session, house.catalog, ["585"], today=today))


def test_answers_and_their_return_make_figures_due(house: WarehouseBuilder) -> None:
    """What a person answers or takes back is seen by the next rollup, whichever run makes it."""
    send(house, warning(STOCK))
    notes(house)
    today = date(2025, 5, 20)
    answer(house)
    assert due(house, today)
    notes(house)
    with transaction(house.engine) as session:
        take_back(session, question(house).place, WARNS, Decision(DecisionReason("nhầm xã", "binh"), house.now()))
    assert due(house, today)
    assert UNANSWERED in notes(house)
    (one,) = told(house)
    assert one.standing is WaiverStatus.TAKEN_BACK
    assert one.taken_back is not None
    assert (one.taken_back.by, one.taken_back.reason) == ("binh", "nhầm xã")


def test_a_warning_is_answered_once(house: WarehouseBuilder) -> None:
    """A second answer is refused, and says what the first one was and how to take it back; nothing is kept of it."""
    send(house, warning(STOCK))
    answer(house)
    with pytest.raises(UsageError, match=r"answered already .* by an\.nguyen.*--take-back"):
        answer(house, said=DecisionReason("khác", "binh"))
    with reading(house.engine) as session:
        assert len(session.scalars(select(WaiverRow)).all()) == 1


def test_indicators_can_be_answered_one_by_one(house: WarehouseBuilder) -> None:
    """Named, only that indicator's warning is answered; not named, whatever is left."""
    send(house, warning(STOCK), warning(OTHER))
    assert answer(house, indicator=OTHER) == (warning(OTHER),)
    assert UNANSWERED in notes(house)
    assert answer(house) == (warning(STOCK),)


def test_what_refuses_a_report_cannot_be_answered(house: WarehouseBuilder) -> None:
    """An error is mended, not explained; a refused report's warnings are not asked either."""
    send(house, critical(WARNS))
    with pytest.raises(UsageError, match="only warnings can be answered"):
        answer(house)


def test_nothing_asked_is_nothing_answered(house: WarehouseBuilder) -> None:
    """Without report, without that rule's warning or for another indicator there is nothing; what is asked is named."""
    with pytest.raises(UsageError, match="nothing is accepted"):
        answer(house)
    send(house, Issue("jump", Severity.WARNING, indicator=STOCK))
    with pytest.raises(UsageError, match=r"stock_falls asks nothing .*it asks: jump"):
        answer(house)


@pytest.mark.parametrize(
    ("until", "said", "reason"),
    [(date(2025, 5, 19), WHY, "passed already"), (LAST, DecisionReason("  ", "an"), "say why")],
)
def test_a_reason_and_a_day_to_come_are_needed(
    house: WarehouseBuilder, until: date, said: DecisionReason, reason: str
) -> None:
    """An answer without words, or that counts no day, is none."""
    send(house, warning(STOCK))
    with pytest.raises(UsageError, match=reason):
        answer(house, until, said)


def test_a_whole_reports_question_is_beside_all_its_figures(house: WarehouseBuilder) -> None:
    """A copied return puts every figure of it in doubt, and one answer settles all."""
    send(house, Issue(WARNS, Severity.WARNING, found="2025-04"))
    assert UNANSWERED in notes(house)
    assert UNANSWERED in notes(house, OTHER)
    answer(house)
    assert UNANSWERED not in notes(house) + notes(house, OTHER)


def test_a_missing_figure_with_an_answer_says_why(house: WarehouseBuilder) -> None:
    """Of a figure that is not there the row says so anyway; once it is explained, it says why as well."""
    send(house, warning(STOCK), **{STOCK: (None, 10)})
    assert UNANSWERED not in notes(house)
    answer(house)
    assert "một doanh nghiệp giải thể" in notes(house)


def test_a_withdrawn_reports_answer_waits_for_it(house: WarehouseBuilder) -> None:
    """Of a report that does not count nothing is asked; restored, it is answered as before."""
    send(house, warning(STOCK))
    answer(house)
    place = question(house).place
    with transaction(house.engine) as session:
        withdraw(session, place, Decision(WHY, house.now()))
    assert standing(house) == [WaiverStatus.LAPSED]
    assert "giải trình" not in notes(house)
    with transaction(house.engine) as session:
        restore(session, place, Decision(WHY, house.now()))
    assert "một doanh nghiệp giải thể" in notes(house)


def test_a_trial_rules_findings_are_told_to_nobody(house: WarehouseBuilder) -> None:
    """They are kept, and neither counted, listed, asked nor noted; the judgement is as if they were not there."""
    shadow = Issue(WARNS, Severity.INFO, "Biểu 01-T", "E10", indicator=STOCK, facts={"stage": "shadow"})
    submission = send(house, shadow)
    assert "giải trình" not in notes(house)
    with reading(house.engine) as session:
        assert session.scalar(text("SELECT count(*) FROM issue")) == 1
        assert queries.submission_issues(session, submission) == ()
        status = queries.period_status(session, house.catalog, house.area(), FORM, MAY)
        assert queries.submission_warnings(session, [submission], house.clock) == {}
    unit = next(one for one in status.units if one.standing.code == UNIT)
    assert (unit.standing.issues, unit.judgement) == (0, Judgement.ACCEPTED)
    assert next(one.issues for one in house.revision().units if one.code == UNIT) == 0


@pytest.mark.parametrize(
    ("issues", "judgement"),
    [
        ((), Judgement.ACCEPTED),
        ((warning(STOCK),), Judgement.ACCEPTED_WITH_WARNINGS),
        ((warning(STOCK), critical()), Judgement.QUARANTINED),
    ],
)
def test_every_submission_has_a_judgement(
    house: WarehouseBuilder, issues: tuple[Issue, ...], judgement: Judgement
) -> None:
    """Status and the read model for other tools say the same."""
    send(house, *issues)
    with reading(house.engine) as session:
        status = queries.period_status(session, house.catalog, house.area(), FORM, MAY)
        view = session.scalar(text("SELECT judgement FROM submission_status WHERE unit = '22813'"))
    assert next(one.judgement for one in status.units if one.standing.code == UNIT) is judgement
    assert view == judgement


def test_an_explanation_tells_question_and_answer(house: WarehouseBuilder) -> None:
    """Of a revision those that counted when it was made, whatever was answered or taken back since."""
    send(house, warning(STOCK))
    notes(house)
    answer(house)
    notes(house)
    with reading(house.engine) as session:
        found = [queries.explain(session, "585", MAY, STOCK, number).contributions[0].asked for number in (1, 2)]
    ((before,), (after,)) = found
    assert (before.issue, before.waiver) == (warning(STOCK), None)
    assert after.waiver is not None
    assert (after.waiver.by, after.waiver.until) == ("an.nguyen", LAST)
    assert [one.asked for one in house.revision(1).asked] == [before]
    assert [one.asked for one in house.revision(2).asked] == [after]


def test_answers_are_copied(house: WarehouseBuilder, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A copied warehouse knows what was answered and what was taken back, and says the same beside the figures."""
    send(house, warning(STOCK))
    answer(house)
    with transaction(house.engine) as session:
        take_back(session, question(house).place, WARNS, Decision(WHY, house.now()))
    answer(house, said=DecisionReason("đã rà soát lại", "an.nguyen"))
    said = notes(house)
    target = open_engine(f"sqlite:///{tmp_path_factory.mktemp('copy') / 'warehouse.db'}")
    copy_warehouse(house.engine, target)
    with reading(target) as session:
        assert len(waivers(session, house.clock)) == 2
    copied = WarehouseBuilder(target, house.catalog, house.clock)
    assert copied.roll_up() is None
    assert next(row.notes for row in copied.revision().rows if row.indicator == STOCK) == said
    target.dispose()


def test_a_quarter_names_the_month_that_is_asked_about(house: WarehouseBuilder) -> None:
    """A longer period rests on its months' reports: their questions and answers are beside its figures too."""
    quarter = parse_period("2025-Q2")
    flow = OTHER
    send(house, warning(flow))
    for month in ("2025-04", "2025-06"):
        house.accept(house.report(UNIT, FIGURES, period=parse_period(month)))
    house.roll_up(period=quarter)
    asked = next(row.notes for row in house.revision(period=quarter).rows if row.indicator == flow)
    assert "chưa được giải trình: 22813 Xã Lâm Sơn (2025-05) (Số lũy kế giảm so với kỳ trước)." in asked
    answer(house)
    house.roll_up(period=quarter)
    told = next(row.notes for row in house.revision(period=quarter).rows if row.indicator == flow)
    assert "22813 Xã Lâm Sơn (2025-05) – Số lũy kế giảm so với kỳ trước: “một doanh nghiệp giải thể”" in told
