"""The versions of a report: which files, by whom, what became of each and why, and the figures that were kept."""

from dataclasses import replace

from domain.figure_changes import changed_figures
from domain.periods import parse_period
from domain.submissions import SubmissionState
from domain.units import UnitKey
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder, critical
from warehouse.queries.history import ReportHistory, history, kept_figures
from warehouse.store.engine import reading, transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.loading import JudgedReport
from warehouse.submissions.report_keys import ReportKey
from warehouse.submissions.withdrawal import Decision, withdraw

UNIT = "22813"


def key_of(builder: WarehouseBuilder, code: str = UNIT) -> UnitKey:
    """A unit as it was in 2025-05."""
    return builder.catalog.units.get(code, builder.catalog.forms.last_day(FORM, MAY)).key


def history_of(builder: WarehouseBuilder, code: str = UNIT) -> ReportHistory:
    """The versions of a commune's report of 2025-05."""
    with reading(builder.engine) as session:
        return history(session, key_of(builder, code), FORM, MAY)


def test_versions_are_ordered_and_one_counts(builder: WarehouseBuilder) -> None:
    """Refused, accepted and superseded, accepted: each with number, state, file and hash."""
    figures = {"dvc_toantrinh": (30, 40)}
    builder.refuse(builder.report(UNIT, figures), builder.arrival("one.xlsx"))
    builder.accept(builder.report(UNIT, figures), builder.arrival("two.xlsx"))
    arrival = builder.arrival("three.xlsx")
    builder.accept(builder.report(UNIT, figures), arrival)
    result = history_of(builder)
    assert [(version.version, version.state, version.counted, version.file_name) for version in result.versions] == [
        (1, SubmissionState.QUARANTINED, False, "one.xlsx"),
        (2, SubmissionState.SUPERSEDED, False, "two.xlsx"),
        (3, SubmissionState.ACCEPTED, True, "three.xlsx"),
    ]
    assert (result.versions[1].superseded_by, result.versions[2].sha256) == (3, arrival.sha256)
    assert (result.versions[0].issues, result.unit_name) == (1, "Xã Lâm Sơn")


def test_every_delivery_names_its_sender(builder: WarehouseBuilder) -> None:
    """The same file dropped, touched and mailed is two versions, each with its deliveries."""
    builder.accept(builder.report(UNIT, {"dvc_toantrinh": (30, 40)}), builder.arrival("a.xlsx"))
    builder.receive(builder.arrival("a.xlsx", fingerprint="touched"))
    mailed = replace(builder.arrival("a.xlsx"), connector="mail", sender="xa.lamson@example.vn")
    builder.accept(builder.report(UNIT, {"dvc_toantrinh": (30, 40)}), mailed)
    deliveries = [
        [(delivery.connector, delivery.sender) for delivery in version.deliveries]
        for version in history_of(builder).versions
    ]
    assert deliveries == [[("inbox", None), ("inbox", None)], [("mail", "xa.lamson@example.vn")]]


def test_moves_have_reason_person_and_run(builder: WarehouseBuilder) -> None:
    """All moves of a withdrawn version, the last with code, words and name."""
    builder.accept(builder.report(UNIT, {"dvc_toantrinh": (30, 40)}))
    with transaction(builder.engine) as session:
        withdraw(
            session,
            ReportKey(key_of(builder), FORM, MAY),
            Decision(DecisionReason("gửi nhầm", "an"), builder.now(), "run-2"),
        )
    (version,) = history_of(builder).versions
    assert [move.to_state for move in version.moves] == ["received", "parsed", "checked", "accepted", "withdrawn"]
    last = version.moves[-1]
    assert (last.reason, last.note, last.actor, last.run_id) == ("withdrawn_by_person", "gửi nhầm", "an", "run-2")
    assert (version.counted, version.superseded_by) == (False, None)


def test_refusals_carry_their_code(builder: WarehouseBuilder) -> None:
    """A refusal by the rules says so in its move."""
    builder.refuse(builder.report(UNIT, {"dvc_toantrinh": (30, 40)}))
    (version,) = history_of(builder).versions
    assert version.moves[-1].reason == "rules_refused"


def test_another_unit_or_period_is_another_history(builder: WarehouseBuilder) -> None:
    """Only this unit, this form, this period; nothing received is no version."""
    builder.accept(builder.report(UNIT, {"dvc_toantrinh": (30, 40)}))
    builder.accept(builder.report(UNIT, {"dvc_toantrinh": (1, 2)}, period=parse_period("2025-04")))
    assert len(history_of(builder).versions) == 1
    assert history_of(builder, "22816").versions == ()


def test_kept_figures_are_those_of_the_workbook(builder: WarehouseBuilder) -> None:
    """The stored figures of an accepted workbook equal its own."""
    report = builder.report(UNIT, {"dvc_toantrinh": (30, 40), "hd_dvc": (None,)}, {"22813001": {"tcnscd_tv": ("x",)}})
    submission_id = builder.check(report)
    builder.load(JudgedReport(submission_id, report, ()))
    with reading(builder.engine) as session:
        kept = kept_figures(session, submission_id)
    assert len(kept) == len(report.observations)
    assert changed_figures(report.observations, kept) == ()


def test_nothing_is_kept_of_a_refused_workbook(builder: WarehouseBuilder) -> None:
    """Figures of a refused workbook are not stored."""
    report = builder.report(UNIT, {"dvc_toantrinh": (30, 40)})
    submission_id = builder.check(report)
    builder.load(JudgedReport(submission_id, report, (critical(),)))
    with reading(builder.engine) as session:
        assert kept_figures(session, submission_id) == ()
