"""Explain a figure: from the published row to the communes, to the file, to the cell, with every repair on the way."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select

from domain.errors import UsageError
from domain.issues import Repair
from domain.periods import Period
from warehouse.engine import Session
from warehouse.lifecycle import find_all
from warehouse.models import RepairRow
from warehouse.queries.read_models import Contribution, ExplainedContribution, Explanation
from warehouse.queries.revisions import revision


def explain(
    session: Session,
    area: str,
    period: Period,
    indicator: str,
    number: int | None = None,
    *,
    form: str | None = None,
) -> Explanation:
    """Where a published figure comes from; the newest revision's when no number is given.

    Raises:
        UsageError: there is no such revision, or it has no such figure.
    """
    found = revision(session, area, period, number, form)
    row = next((each for each in found.rows if each.indicator == indicator), None)
    if row is None:
        known = ", ".join(each.indicator for each in found.rows)
        raise UsageError(f"area {area} has no figure {indicator!r} for {period}; it has: {known}")
    parts = [each for each in found.contributions if each.indicator == indicator]
    files = find_all(session, [each.file.submission_id for each in parts])
    repairs = _repairs(session, {row.id: row.judgement for row in files.values()})
    given = {each.unit for each in parts}
    return Explanation(
        area=found.area,
        area_name=found.area_name,
        form=found.form,
        row=row,
        contributions=tuple(
            ExplainedContribution(
                each,
                files[each.file.submission_id].state,
                _on_cells(repairs[each.file.submission_id], each),
            )
            for each in parts
        ),
        absent=tuple(unit for unit in found.units if unit.code not in given),
        changes=tuple(change for change in found.changes if change.indicator == indicator),
    )


def _repairs(session: Session, judgements: dict[int, int]) -> dict[int, list[Repair]]:
    rows = session.scalars(
        select(RepairRow)
        .where(RepairRow.submission_id.in_(judgements))
        .order_by(RepairRow.submission_id, RepairRow.position)
    )
    repairs: dict[int, list[Repair]] = defaultdict(list)
    for row in rows:
        if row.judgement == judgements[row.submission_id]:
            repairs[row.submission_id].append(Repair(row.rule, row.sheet, row.cell, row.before, row.after))
    return repairs


def _on_cells(repairs: Collection[Repair], part: Contribution) -> tuple[Repair, ...]:
    cells = {(each.sheet, each.cell) for each in part.sources}
    cells |= {(each.sheet, each.denominator_cell) for each in part.sources if each.denominator_cell}
    return tuple(repair for repair in repairs if (repair.sheet, repair.cell) in cells)
