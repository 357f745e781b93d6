"""The life of a submission: every pair of states either is a lawful move or is refused."""

from itertools import product

import pytest

from domain.errors import TerminalError
from domain.issues import Issue, Severity
from domain.submissions import PENDING_STATES, IllegalMoveError, ParsedReport, SubmissionState, check_move

LAWFUL = {
    ("received", "parsed"),
    ("received", "quarantined"),
    ("parsed", "checked"),
    ("parsed", "quarantined"),
    ("parsed", "replaced_before_check"),
    ("checked", "accepted"),
    ("checked", "quarantined"),
    ("checked", "held"),
    ("held", "checked"),
    ("held", "quarantined"),
    ("held", "replaced_before_check"),
    ("quarantined", "checked"),
    ("replaced_before_check", "checked"),
    ("accepted", "superseded"),
    ("accepted", "withdrawn"),
    ("superseded", "accepted"),
    ("withdrawn", "accepted"),
}
PAIRS = list(product(SubmissionState, SubmissionState))


@pytest.mark.parametrize(("current", "wanted"), [pair for pair in PAIRS if pair in LAWFUL])
def test_legal_transition_passes(current: SubmissionState, wanted: SubmissionState) -> None:
    """Transitions of the lifecycle are accepted."""
    check_move(current, wanted)


@pytest.mark.parametrize(("current", "wanted"), [pair for pair in PAIRS if pair not in LAWFUL])
def test_any_other_move_is_refused(current: SubmissionState, wanted: SubmissionState) -> None:
    """Everything else raises and carries both states."""
    with pytest.raises(IllegalMoveError) as refusal:
        check_move(current, wanted)
    assert (refusal.value.current, refusal.value.wanted) == (current, wanted)
    assert isinstance(refusal.value, TerminalError)


def test_all_states_are_covered() -> None:
    """Lawful and unlawful moves together are all pairs of states."""
    assert {state for pair in LAWFUL for state in pair} == set(SubmissionState)
    assert len(PAIRS) == len(SubmissionState) ** 2


def test_only_restoring_leads_out_of_withdrawn() -> None:
    """A withdrawn version is judged by no run again; it can only be restored."""
    assert {wanted for current, wanted in LAWFUL if current == SubmissionState.WITHDRAWN} == {SubmissionState.ACCEPTED}


def test_pending_states_are_those_before_a_judgement() -> None:
    """A run that stopped half-way leaves submissions in these, and only in these."""
    assert set(PENDING_STATES) == {SubmissionState.RECEIVED, SubmissionState.PARSED, SubmissionState.CHECKED}


def test_report_without_unit_is_not_judged() -> None:
    """Rules judge only reports with unit, period and form."""
    report = ParsedReport(None, None, "form", "2025.1")
    assert not report.is_placeable


@pytest.mark.parametrize(("severity", "refused"), [("critical", True), ("warning", False), ("info", False)])
def test_only_critical_issues_refuse(severity: str, *, refused: bool) -> None:
    """A warning asks; it does not refuse."""
    report = ParsedReport(None, None, None, None, issues=(Issue("code", Severity(severity)),))
    assert report.has_critical is refused
