"""Questions and answers about the warnings of a report."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.waivers import RemarkKind
from warehouse.models import WarningRemarkRow
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session


@dataclass(frozen=True, slots=True)
class WarningRemark:
    """A question of an officer or an answer of the sender about a rule's warnings in a version; times are in UTC."""

    id: int
    submission_id: int
    rule: str
    indicator: str | None
    kind: RemarkKind
    at: datetime
    actor: str
    text: str

    def is_about(self, rule: str, indicator: str | None) -> bool:
        """Return whether it is about a warning."""
        return self.rule == rule and self.indicator in {None, indicator}


def remarks_on(session: Session, submissions: Collection[int]) -> tuple[WarningRemark, ...]:
    """Return the remarks about submissions, in their order."""
    row = WarningRemarkRow
    rows = [
        each
        for chunk in in_chunks(submissions)
        for each in session.scalars(select(row).where(row.submission_id.in_(chunk)).order_by(row.id))
    ]
    return tuple(
        WarningRemark(each.id, each.submission_id, each.rule, each.indicator, each.kind, each.at, each.actor, each.text)
        for each in rows
    )
