"""Search published figures, and what was published since a version; for the JSON API."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from domain.rollups import ChangeKind, RollupChange, kind_of_changes
from warehouse.models import PublicationRow, RollupChangeRow, RollupFigureRow, RollupRevisionRow, SubmissionRow
from warehouse.rollups.newest_figures import (
    FIGURE_COLUMNS,
    HEAD_COLUMNS,
    HeadSelector,
    RevisionHead,
    StoredFigure,
    newest_heads,
)
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session


@dataclass(frozen=True, slots=True)
class PublishedRevisionChanges:
    """A publication: its version, the revision, what it did to the one before, and which columns it changed."""

    version: int
    head: RevisionHead
    kind: ChangeKind
    changes: tuple[RollupChange, ...]


def published_version(session: Session) -> int:
    """Return the version of all that is published: it grows by each publication; 0 before the first."""
    return session.scalar(select(func.max(PublicationRow.id))) or 0


def published_figures(
    session: Session, which: HeadSelector, indicator: str | None, *, first: int, most: int
) -> list[tuple[RevisionHead, StoredFigure]]:
    """Return at most so many newest published figures from the place `first` on, by area, form, period and boundary."""
    row = RollupFigureRow
    statement = (
        newest_heads(which)
        .join(row, row.revision_id == RollupRevisionRow.id)
        .add_columns(*FIGURE_COLUMNS)
        .order_by(row.position)
        .offset(first)
        .limit(most)
    )
    if indicator is not None:
        statement = statement.where(row.indicator == indicator)
    width = len(RevisionHead._fields)
    return [(RevisionHead._make(each[:width]), StoredFigure._make(each[width:])) for each in session.execute(statement)]


def published_since(session: Session, version: int, *, most: int) -> list[PublishedRevisionChanges]:
    """Return at most so many publications after a version, oldest first."""
    listed = session.execute(
        select(PublicationRow.id, *HEAD_COLUMNS)
        .join(RollupRevisionRow, RollupRevisionRow.id == PublicationRow.revision_id)
        .where(PublicationRow.id > version)
        .order_by(PublicationRow.id)
        .limit(most)
    ).all()
    heads = [(each[0], RevisionHead._make(each[1:])) for each in listed]
    changes = changes_of(session, {head.key for _, head in heads})
    return [
        PublishedRevisionChanges(
            number, head, kind_of_changes(head.number, changes[head.key]), tuple(changes[head.key])
        )
        for number, head in heads
    ]


def paths_of(session: Session, keys: Collection[int]) -> dict[int, str]:
    """Return the folder of each published revision, below the published one; the last where there were several."""
    row = PublicationRow
    statement = select(row.revision_id, row.path).order_by(row.id)
    return {
        key: path
        for chunk in in_chunks(keys)
        for key, path in session.execute(statement.where(row.revision_id.in_(chunk))).tuples()
    }


def changes_of(session: Session, keys: Collection[int]) -> Mapping[int, Sequence[RollupChange]]:
    """Return what each revision changed, in the order of its report; revisions without a change have an empty list."""
    row = RollupChangeRow
    statement = (
        select(row.revision_id, row.indicator, row.column_name, row.before, row.after, SubmissionRow.sha256)
        .join(SubmissionRow, SubmissionRow.id == row.submission_id, isouter=True)
        .order_by(row.revision_id, row.position)
    )
    results: dict[int, list[RollupChange]] = {key: [] for key in keys}
    for chunk in in_chunks(keys):
        for key, *change in session.execute(statement.where(row.revision_id.in_(chunk))):
            results[key].append(RollupChange(*change))
    return results
