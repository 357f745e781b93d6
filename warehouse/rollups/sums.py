"""Amounts that submissions report of indicators, summed by the database over a commune's or its villages' cells."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, case, func, or_, select

from domain.aggregation import Amount, sum_of_parts
from domain.catalog.catalog import Catalog
from domain.indicators import Indicator, Measure
from domain.observations import CellState
from domain.units import Level
from warehouse.archive.reading import archived_figures
from warehouse.models import ObservationRow, SubmissionRow
from warehouse.models.exact import canonical
from warehouse.store.bulk import in_chunks, table_of
from warehouse.store.engine import Session
from warehouse.submissions.report_keys import ReportKey


class ReportedAmount(NamedTuple):
    """Amount that one submission reports of an indicator: the sum of its complete figures, None where it has none.

    `applies` is False when all its cells of the indicator say "not applicable". Of an indicator collected by village a
    blank village leaves no amount. `is_divided`: a sum of parts has none, since they are not over one denominator.
    """

    amount: Amount | None
    applies: bool
    is_divided: bool = False


ReportedAmounts = Mapping[int, Mapping[str, ReportedAmount]]
"""By submission and indicator; an indicator without a cell in the submission is absent."""


def registered_villages(catalog: Catalog, counted: Mapping[ReportKey, int]) -> dict[int, int]:
    """Return how many villages each submission's unit has on the last day of its period."""
    results: dict[int, int] = {}
    for report_key, submission in counted.items():
        day = catalog.forms.last_day(report_key.form, report_key.period)
        results[submission] = len(catalog.units.villages(catalog.units.get(report_key.unit.code, day), day))
    return results


def reported_amounts(
    session: Session, registered: Mapping[int, int], indicators: Collection[Indicator]
) -> ReportedAmounts:
    """Sum what submissions report of indicators, each at the level at which it is collected.

    Args:
        session: the session to read in.
        registered: the submissions, each with how many villages its unit has on the period's last day.
        indicators: what to sum.
    """
    own = [indicator for indicator in indicators if indicator.collected_at is not Level.VILLAGE]
    by_village = _collected_by_village(indicators)
    results: dict[int, dict[str, ReportedAmount]] = defaultdict(dict)
    for chunk in in_chunks(registered):
        own_figures = session.execute(_OWN_FIGURES, {"submissions": chunk, **_named(own)}).all()
        for submission, indicator, numerator, denominator, applies in own_figures:
            amount = None if numerator is None else Amount(numerator, denominator)
            results[submission][indicator] = ReportedAmount(amount, applies)
        for line in session.execute(_VILLAGE_SUMS, {"submissions": chunk, **_named(by_village)}).all():
            results[line.submission_id][line.indicator] = _village_amount(line, registered[line.submission_id])
    archived = list(archived_figures(session, registered))
    for sums in _added_up((each for each in archived if each.unit_code == each.reported_by), own):
        results[sums.submission_id][sums.indicator] = _amount(sums)
    for sums in _added_up((each for each in archived if each.unit_code != each.reported_by), by_village):
        results[sums.submission_id][sums.indicator] = _village_amount(sums, registered[sums.submission_id])
    return results


def reported_amounts_of_villages(
    session: Session, villages: Mapping[int, Collection[str]], indicators: Collection[Indicator]
) -> ReportedAmounts:
    """Sum indicators collected by village, of each submission over the given villages only."""
    by_village = _collected_by_village(indicators)
    results: dict[int, dict[str, ReportedAmount]] = defaultdict(dict)
    for submission, inside in villages.items():
        of_those = {"submissions": [submission], "villages": sorted(inside), **_named(by_village)}
        for line in session.execute(_SUMS_OF_VILLAGES, of_those):
            results[submission][line.indicator] = _village_amount(line, len(inside))
        archived = (each for each in archived_figures(session, [submission]) if each.unit_code in inside)
        for sums in _added_up(archived, by_village):
            results[submission][sums.indicator] = _village_amount(sums, len(inside))
    return results


def with_sums(amounts: ReportedAmounts, indicators: Collection[Indicator]) -> ReportedAmounts:
    """Add the amounts of sums of parts: of a report that gives every part that applies, over one denominator."""
    sums = [indicator for indicator in indicators if indicator.is_sum]
    if not sums:
        return amounts
    return {
        submission: {**reported, **{indicator.id: _sum_of(indicator, reported) for indicator in sums}}
        for submission, reported in amounts.items()
    }


def _sum_of(indicator: Indicator, reported: Mapping[str, ReportedAmount]) -> ReportedAmount:
    parts = [reported.get(part.indicator, _INCOMPLETE) for part in indicator.parts]
    applying = [part.amount for part in parts if part.applies]
    amounts = [amount for amount in applying if amount is not None]
    if not applying or len(amounts) < len(applying):
        return ReportedAmount(None, applies=bool(applying))
    total = sum_of_parts(amounts)
    return ReportedAmount(total, applies=True, is_divided=total is None)


def _collected_by_village(indicators: Collection[Indicator]) -> list[Indicator]:
    return [indicator for indicator in indicators if indicator.collected_at is Level.VILLAGE]


def _named(indicators: Collection[Indicator]) -> dict[str, list[str]]:
    """Return the parameters of `_sums` that say which indicators are summed, and which of them are counts."""
    counts = [indicator.id for indicator in indicators if indicator.measure is Measure.COUNT]
    return {"indicators": [indicator.id for indicator in indicators], "counts": counts}


def _sums(condition: ColumnElement[bool]) -> Select[Any]:
    """Select sums by submission and indicator, and how many cells there are, are settled, and apply."""
    # Columns of tables, not of objects: a country has tens of thousands of lines.
    row, submission, whole = table_of(ObservationRow).c, table_of(SubmissionRow).c, _is_whole()
    is_none = row.state == CellState.NOT_APPLICABLE
    return (
        select(
            row.submission_id,
            row.indicator,
            func.sum(case((whole, row.numerator))).label("numerator"),
            func.sum(case((whole, row.denominator))).label("denominator"),
            func.count().label("cells"),
            func.sum(case((or_(whole, is_none), 1), else_=0)).label("settled"),
            func.sum(case((is_none, 0), else_=1)).label("applying"),
        )
        .join_from(table_of(ObservationRow), table_of(SubmissionRow), submission.id == row.submission_id)
        .where(
            row.indicator.in_(bindparam("indicators", expanding=True)),
            row.submission_id.in_(bindparam("submissions", expanding=True)),
            submission.id.in_(bindparam("submissions", expanding=True)),
            condition,
        )
        .group_by(row.submission_id, row.indicator)
    )


def _own_figures() -> Select[Any]:
    """Select the units' own figures, of which a submission has at most one an indicator: nothing is added up."""
    row, submission, whole = table_of(ObservationRow).c, table_of(SubmissionRow).c, _is_whole()
    return (
        select(
            row.submission_id,
            row.indicator,
            case((whole, row.numerator)),
            case((whole, row.denominator)),
            row.state != CellState.NOT_APPLICABLE,
        )
        .join_from(table_of(ObservationRow), table_of(SubmissionRow), submission.id == row.submission_id)
        .where(
            row.indicator.in_(bindparam("indicators", expanding=True)),
            row.submission_id.in_(bindparam("submissions", expanding=True)),
            row.unit_code == submission.unit_code,
        )
    )


class _AddedUp(NamedTuple):
    """A line that `_sums` selects, of archived figures."""

    submission_id: int
    indicator: str
    numerator: Decimal | None
    denominator: Decimal | None
    cells: int
    settled: int
    applying: int


def _added_up(figures: Iterable[Any], indicators: Collection[Indicator]) -> Iterator[_AddedUp]:
    """Yield of archived figures what `_sums` selects of those in the table."""
    counts = {each.id: each.measure is Measure.COUNT for each in indicators}
    by_line: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for figure in figures:
        if figure.indicator in counts:
            by_line[figure.submission_id, figure.indicator].append(figure)
    for (submission, indicator), cells in by_line.items():
        is_count = counts[indicator]
        whole = [each for each in cells if _is_complete(each, is_count=is_count)]
        sums = _sum(each.numerator for each in whole), _sum(each.denominator for each in whole)
        applying = sum(each.state is not CellState.NOT_APPLICABLE for each in cells)
        settled = sum(each.state is CellState.NOT_APPLICABLE or _is_complete(each, is_count=is_count) for each in cells)
        yield _AddedUp(submission, indicator, *sums, len(cells), settled, applying)


def _sum(numbers: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of numbers that are there, None without any, as SQL does."""
    known = [number for number in numbers if number is not None]
    return canonical(sum(known, Decimal())) if known else None


def _is_complete(figure: Any, *, is_count: bool) -> bool:  # noqa: ANN401 # a row of an archived table
    """Return of an archived figure what `_is_whole` says in SQL."""
    has_denominator = figure.denominator is not None or (figure.denominator_state is None and is_count)
    return figure.numerator is not None and has_denominator


def _village_amount(line: Row[Any] | _AddedUp, villages: int) -> ReportedAmount:
    """Return the amount of all villages; none with one of them blank: the others are not the unit's figure."""
    if line.settled < max(line.cells, villages):
        return _INCOMPLETE
    return _amount(line)


def _amount(line: Row[Any] | _AddedUp) -> ReportedAmount:
    _, _, numerator, denominator, _, _, applying = line
    amount = None if numerator is None else Amount(numerator, denominator)
    return ReportedAmount(amount, applies=bool(applying))


_INCOMPLETE = ReportedAmount(None, applies=True)


def _is_whole() -> ColumnElement[bool]:
    """Return `Observation.is_complete` in SQL; a ratio without its denominator is no figure either."""
    row = table_of(ObservationRow).c
    is_count = row.indicator.in_(bindparam("counts", expanding=True))
    return and_(
        row.numerator.is_not(None),
        or_(row.denominator.is_not(None), and_(row.denominator_state.is_(None), is_count)),
    )


_UNIT: Final = table_of(ObservationRow).c.unit_code
# Put together once: for a district that takes as long as reading its sums.
_OWN_FIGURES: Final = _own_figures()
_VILLAGE_SUMS: Final = _sums(table_of(SubmissionRow).c.unit_code != _UNIT)
_SUMS_OF_VILLAGES: Final = _sums(_UNIT.in_(bindparam("villages", expanding=True)))
