"""Content of replies to senders: a submission with the findings of its last judgement, and its stored figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.issues import Issue, Repair
from domain.observations import Observation
from domain.submissions import SubmissionState
from warehouse.queries.files import issues_of, repairs_of
from warehouse.queries.history import figures_of
from warehouse.queries.read_models import SubmissionRecord
from warehouse.queries.records import submission_records
from warehouse.store.engine import Session
from warehouse.submissions.lifecycle import find_all

_ACCEPTED = frozenset({SubmissionState.ACCEPTED, SubmissionState.SUPERSEDED, SubmissionState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Reply:
    """The outcome of a submission's `judgement`-th judgement, at `judged_at` (UTC).

    `figures` are those that were kept: none of a refused report. Issues come gravest first.
    """

    record: SubmissionRecord
    judgement: int
    judged_at: datetime
    issues: tuple[Issue, ...]
    repairs: tuple[Repair, ...]
    figures: tuple[Observation, ...]

    @property
    def number(self) -> int:
        """The submission's number, which officials can quote in questions."""
        return self.record.file.submission_id

    @property
    def is_accepted(self) -> bool:
        """Whether the report was accepted, even if a later one has superseded it."""
        return self.record.state in _ACCEPTED

    @property
    def is_refused(self) -> bool:
        """Whether the report was refused; one that is held or was replaced by a later one is neither."""
        return self.record.state is SubmissionState.QUARANTINED


def replies_of(session: Session, submission_ids: Iterable[int]) -> tuple[Reply, ...]:
    """Return the replies to the senders of submissions, in the order of their numbers.

    Raises:
        UsageError: there is no such submission.
    """
    rows = find_all(session, submission_ids)
    records, issues = submission_records(session, rows), issues_of(session, rows.values())
    repairs = repairs_of(session, {key: row.judgement for key, row in rows.items()})
    figures = figures_of(session, [key for key, row in rows.items() if row.state in _ACCEPTED])
    return tuple(
        Reply(
            record=records[key],
            judgement=row.judgement,
            judged_at=row.judged_at or row.landed_at,
            issues=issues[key],
            repairs=repairs[key],
            figures=figures.get(key, ()),
        )
        for key, row in sorted(rows.items())
    )
