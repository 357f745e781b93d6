"""A person's decision on the command line: who, why and when, and how it is shown later."""

import getpass
from typing import TYPE_CHECKING

from cli.output.terminal import TextTerminal

if TYPE_CHECKING:
    from datetime import date

    from warehouse.queries.authorisations import AuthorisationChange
    from warehouse.submissions.withdrawal import Decision


def decision_now(reason: str, by: str | None) -> "Decision":
    """Return the decision of a person, else of the user of this machine, made now."""
    from datetime import UTC, datetime

    from warehouse.submissions.lifecycle import DecisionReason
    from warehouse.submissions.withdrawal import Decision

    return Decision(DecisionReason(note=reason, actor=by or getpass.getuser()), datetime.now(UTC), "")


def current_day() -> "date":
    """Return the current date in Vietnam."""
    from datetime import UTC, datetime

    from domain.vietnam_time import day_in_vietnam

    return day_in_vietnam(datetime.now(UTC))


def change_text(terminal: TextTerminal, change: "AuthorisationChange") -> str:
    """Return why something was changed, by whom and on which day."""
    from domain.vietnam_time import day_in_vietnam
    from publishing.figures.formatting import format_day

    return f"“{change.reason}” ({change.by}, {format_day(day_in_vietnam(change.at), terminal.lang)})"
