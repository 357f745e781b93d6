"""Read a revision: its rows, what moved, how each unit stood, and the cells under every figure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from domain.errors import UsageError
from domain.periods import Period, parse_period
from domain.rollups import RollupChange
from domain.units import UnitKey
from warehouse.engine import Session
from warehouse.lifecycle import find_all
from warehouse.models import (
    IndicatorRow,
    ObservationRow,
    PublicationRow,
    RollupChangeRow,
    RollupContributionRow,
    RollupFigureRow,
    RollupRevisionRow,
    RollupUnitRow,
    SubmissionRow,
)
from warehouse.queries.files import file_ref, issue_counts, unit_names
from warehouse.queries.read_models import Contribution, Revision, RevisionRef, SourceCell, UnitStanding
from warehouse.revision_rows import read_rows


def revision(
    session: Session, area: str, period: Period, number: int | None = None, form: str | None = None
) -> Revision:
    """A revision of an area's figures for a period; the newest when no number is given.

    Args:
        session: where to look.
        area: the area's code.
        period: the period.
        number: which revision, from 1.
        form: which form; may be left out where the area has figures of only one.

    Raises:
        UsageError: there is no such revision, or several forms have figures and none was named.
    """
    head = find_revision(session, area, period, number, form)
    units = session.scalars(
        select(RollupUnitRow).where(RollupUnitRow.revision_id == head.id).order_by(RollupUnitRow.unit_code)
    ).all()
    parts = session.scalars(
        select(RollupContributionRow)
        .join(
            RollupFigureRow,
            (RollupFigureRow.revision_id == RollupContributionRow.revision_id)
            & (RollupFigureRow.indicator == RollupContributionRow.indicator),
        )
        .where(RollupContributionRow.revision_id == head.id)
        .order_by(RollupFigureRow.position, RollupContributionRow.unit_code)
    ).all()
    moves = session.scalars(
        select(RollupChangeRow).where(RollupChangeRow.revision_id == head.id).order_by(RollupChangeRow.position)
    ).all()
    named = [*(one.submission_id for one in units), *(one.submission_id for one in moves)]
    files = find_all(session, [*filter(None, named), *(one.submission_id for one in parts)])
    # Whoever gave a figure owes the form, so these are all.
    names = unit_names(session, [UnitKey(one.unit_code, one.unit_valid_from) for one in units])
    return Revision(
        area=head.area_code,
        area_valid_from=head.area_valid_from,
        area_name=head.area_name,
        form=head.form,
        period=parse_period(head.period),
        boundary=head.boundary,
        number=head.number,
        published_at=head.published_at,
        run_id=head.run_id,
        catalog_version=head.catalog_version,
        content_sha256=head.content_sha256,
        rows=read_rows(session, head),
        changes=tuple(_change(move, files) for move in moves),
        units=_standings(session, units, files, names),
        contributions=_contributions(session, head, parts, files, names),
        file_names={row.sha256: row.file_name for row in files.values()},
    )


def find_revision(
    session: Session, area: str, period: Period, number: int | None, form: str | None
) -> RollupRevisionRow:
    """The head of a revision; see `revision`.

    Raises:
        UsageError: there is no such revision, or several forms have figures and none was named.
    """
    statement = select(RollupRevisionRow).where(
        RollupRevisionRow.area_code == area, RollupRevisionRow.period == period.id
    )
    if form is not None:
        statement = statement.where(RollupRevisionRow.form == form)
    if number is not None:
        statement = statement.where(RollupRevisionRow.number == number)
    heads = session.scalars(statement.order_by(RollupRevisionRow.number.desc())).all()
    forms = sorted({head.form for head in heads})
    if len(forms) > 1:
        raise UsageError(f"area {area} has figures of several forms for {period}; name one of: {', '.join(forms)}")
    if not heads:
        wanted = "no figures yet" if number is None else f"no revision {number}"
        raise UsageError(f"area {area} has {wanted} for {period}")
    return heads[0]


def unpublished(session: Session) -> tuple[RevisionRef, ...]:
    """Newest revisions that were made but not given out, because a run stopped in between; oldest first."""
    given_out = select(PublicationRow.revision_id)
    newest: dict[tuple[object, ...], RollupRevisionRow] = {}
    for head in session.scalars(select(RollupRevisionRow).order_by(RollupRevisionRow.number)):
        newest[head.area_code, head.area_valid_from, head.form, head.period, head.boundary] = head
    done = set(session.scalars(given_out))
    left = sorted((head for head in newest.values() if head.id not in done), key=lambda head: head.id)
    return tuple(RevisionRef(head.area_code, head.form, parse_period(head.period), head.number) for head in left)


def _change(move: RollupChangeRow, files: Mapping[int, SubmissionRow]) -> RollupChange:
    sha256 = files[move.submission_id].sha256 if move.submission_id is not None else None
    return RollupChange(move.indicator, move.column_name, move.before, move.after, sha256)


def _standings(
    session: Session,
    units: Sequence[RollupUnitRow],
    files: Mapping[int, SubmissionRow],
    names: Mapping[UnitKey, str],
) -> tuple[UnitStanding, ...]:
    judged = [(one.submission_id, one.judgement) for one in units if one.submission_id and one.judgement is not None]
    counts = issue_counts(session, judged)
    return tuple(
        UnitStanding(
            code=one.unit_code,
            name=names[UnitKey(one.unit_code, one.unit_valid_from)],
            state=one.state,
            late=one.late,
            file=file_ref(files[one.submission_id]) if one.submission_id is not None else None,
            received_at=one.received_at,
            issues=counts.get((one.submission_id or 0, one.judgement or 0), 0),
        )
        for one in units
    )


def _contributions(
    session: Session,
    head: RollupRevisionRow,
    parts: Sequence[RollupContributionRow],
    files: Mapping[int, SubmissionRow],
    names: Mapping[UnitKey, str],
) -> tuple[Contribution, ...]:
    sources = _sources(session, head)
    return tuple(
        Contribution(
            indicator=one.indicator,
            unit=one.unit_code,
            unit_name=names[UnitKey(one.unit_code, one.unit_valid_from)],
            numerator=one.numerator,
            denominator=one.denominator,
            file=file_ref(files[one.submission_id]),
            sources=tuple(sources[one.indicator, one.unit_code]),
        )
        for one in parts
    )


def _sources(session: Session, head: RollupRevisionRow) -> dict[tuple[str, str], list[SourceCell]]:
    """Cells by indicator and reporting unit: a commune's own, or those of its villages."""
    from_villages = IndicatorRow.collected_at == "village"
    found = session.execute(
        select(RollupContributionRow.unit_code, ObservationRow)
        .join(
            ObservationRow,
            (ObservationRow.submission_id == RollupContributionRow.submission_id)
            & (ObservationRow.indicator == RollupContributionRow.indicator),
        )
        .join(IndicatorRow, IndicatorRow.id == RollupContributionRow.indicator)
        .where(
            RollupContributionRow.revision_id == head.id,
            from_villages == (ObservationRow.unit_code != RollupContributionRow.unit_code),
        )
        .order_by(ObservationRow.indicator, ObservationRow.unit_code)
    )
    sources: dict[tuple[str, str], list[SourceCell]] = defaultdict(list)
    for unit, row in found:
        sources[row.indicator, unit].append(
            SourceCell(
                unit=row.unit_code,
                sheet=row.sheet,
                cell=row.cell,
                denominator_cell=row.denominator_cell,
                state=row.state,
                numerator=row.numerator,
                denominator=row.denominator,
                numerator_raw=row.numerator_raw,
                denominator_raw=row.denominator_raw,
            )
        )
    return sources
