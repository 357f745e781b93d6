"""Log the outcomes of submissions: each with a finding by itself, the others counted by period."""

import logging
from collections.abc import Iterable

from domain.submissions import Judgement
from flows.pipeline.outcome import SubmissionOutcome

_LOG = logging.getLogger(__name__)

_LOGGED = {
    Judgement.ACCEPTED: "accepted",
    Judgement.ACCEPTED_WITH_WARNINGS: "accepted",
    Judgement.HELD: "held",
    Judgement.QUARANTINED: "refused",
}


def log_outcomes(outcomes: Iterable[SubmissionOutcome]) -> None:
    """Log each submission in which something was found, and how many others of each period were accepted."""
    plain: dict[str, dict[int, str]] = {}
    for outcome in outcomes:
        codes = sorted({issue.code for issue in (*outcome.faults, *outcome.holds)})
        state, unit, period = _LOGGED[outcome.judgement], outcome.unit.code if outcome.unit else None, outcome.period
        if state == "accepted" and not codes:
            plain.setdefault(period or "?", {})[outcome.submission_id] = unit or "?"
            continue
        # Prefect's log shows only the message, the home's own log also the extra fields.
        results = (outcome.submission_id, unit or "?", period or "?", state, ", ".join(codes))
        facts = {"submission": outcome.submission_id, "unit": unit, "period": period, "state": state, "codes": codes}
        _LOG.info("submission %s of %s for %s %s %s", *results, extra=facts)
    for period, submissions in sorted(plain.items()):
        together = {"period": period, "state": "accepted", "submissions": submissions}
        _LOG.info("%s submissions for %s accepted without a finding", len(submissions), period, extra=together)
