"""The state of a report follows from plain facts; no database is asked."""

from datetime import date

import pytest

from warehouse.queries.desk.report_states import OUTSTANDING, DeskState, ReportFacts, days_late, desk_state

F, S = ReportFacts, DeskState
DUE = F.OWED | F.PAST_DEADLINE
DEADLINE, TODAY = date(2025, 5, 15), date(2025, 5, 20)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (F(0), S.NOT_OWED),
        (F.PAST_DEADLINE, S.NOT_OWED),
        (F.OWED, S.NOT_DUE),
        (DUE, S.NOT_SENT),
        (DUE | F.PENDING, S.CHECKING),
        (DUE | F.PENDING | F.RETURNED, S.CHECKING),
        (DUE | F.RETURNED, S.RETURNED),
        (F.OWED | F.RETURNED, S.RETURNED),
        (F.RETURNED, S.RETURNED),
        (DUE | F.RETURNED | F.LATE, S.RETURNED),
        (DUE | F.WITHDRAWN, S.WITHDRAWN),
        (DUE | F.HELD, S.HELD),
        (DUE | F.HELD | F.ACCEPTED | F.OPEN_WARNINGS, S.HELD),
        (DUE | F.ACCEPTED, S.ON_TIME),
        (F.ACCEPTED, S.ON_TIME),
        (DUE | F.ACCEPTED | F.LATE, S.LATE),
        (DUE | F.ACCEPTED | F.LATE | F.OPEN_WARNINGS, S.WARNINGS),
        (DUE | F.ACCEPTED | F.OPEN_WARNINGS | F.AWAITS_REOPENING, S.AWAITING_REOPENING),
        (DUE | F.ACCEPTED | F.RETURNED, S.ON_TIME),
        (DUE | F.ACCEPTED | F.PENDING, S.ON_TIME),
    ],
)
def test_facts_decide_the_state(facts: ReportFacts, state: DeskState) -> None:
    """A decision of a person comes first, then what counts, then what came, then what is owed."""
    assert desk_state(facts) is state


def test_every_combination_has_a_state() -> None:
    """No combination of facts is left without a state, and every state is reached by one of them."""
    assert {desk_state(F(number)) for number in range(2 ** len(F))} == set(S)


def test_only_what_counts_ends_lateness() -> None:
    """Whatever else came, a report that counts is not outstanding, unless a version of it is held."""
    counted = [F(number) for number in range(2 ** len(F)) if F.ACCEPTED in F(number)]
    assert not {desk_state(facts) for facts in counted} & OUTSTANDING


@pytest.mark.parametrize(
    ("state", "first_received", "days"),
    [
        (S.NOT_SENT, None, 5),
        (S.RETURNED, date(2025, 5, 14), 5),
        (S.WITHDRAWN, date(2025, 5, 17), 5),
        (S.LATE, date(2025, 5, 17), 2),
        (S.WARNINGS, date(2025, 5, 16), 1),
        (S.ON_TIME, date(2025, 5, 15), 0),
        (S.HELD, date(2025, 5, 14), 0),
        (S.NOT_OWED, None, 0),
        (S.NOT_DUE, None, 0),
    ],
)
def test_days_late(state: DeskState, first_received: date | None, days: int) -> None:
    """What is outstanding is late until today; anything else by when its first file came."""
    assert days_late(state, DEADLINE, first_received, TODAY) == days
