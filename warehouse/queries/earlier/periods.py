"""Earlier periods as a revision could know them: figures for trends, and amounts of units for comparisons.

What a revision could know are the revisions written before it. Revisions are written one after another
(`store.engine.serialise`), and those of one run in the order of their periods: so reading gives the same at any later
time, whether other revisions of the same run, which may bear the same time, are written by then or not.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, case, func, select

from domain.aggregation import Amount, over_time
from domain.catalog.catalog import Catalog
from domain.indicators import Flow, Measure
from domain.periods import Period, parse_period
from domain.rollups import Boundary, RollupStatus
from domain.units import UnitKey
from warehouse.archive.reading import archived_contributions
from warehouse.models import CONTRIBUTED, RollupFigureRow, RollupRevisionRow, RollupUnitRow
from warehouse.queries.read_models import AmountsByUnit, EarlierFigure, EarlierPeriods, LastKnownAmount, Revision
from warehouse.store.bulk import in_chunks, table_of
from warehouse.store.engine import Session

EARLIER_PERIODS: Final = 24
_PERCENT_STEP: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class EarlierRevisions:
    """Ids of the revisions that a revision is compared with.

    `newest` are by boundary and period; `first` is the first revision of the revision's own period, None where it is
    the revision itself; `previous_before` is the preceding period's revision that was the newest before the first.
    """

    newest: Mapping[tuple[Boundary, str], int]
    first: int | None
    previous_before: int | None

    def previous(self, revision: Revision) -> int | None:
        """Return the newest revision of the preceding period on the same boundaries, or None."""
        return self.newest.get((revision.boundary, revision.period.shift(-1).id))

    def older(self, revision: Revision) -> dict[int, Period]:
        """Return the newest revisions of the periods before the preceding one, on the same boundaries."""
        preceding = revision.period.shift(-1)
        return {
            key: period
            for (boundary, text), key in self.newest.items()
            if boundary is revision.boundary and (period := parse_period(text)) < preceding
        }


def earlier_revisions(session: Session, revision: Revision, below: int) -> EarlierRevisions:
    """Return the revisions that a revision is compared with; only those with an id below a limit were known to it."""
    periods = [revision.period.shift(-step).id for step in range(EARLIER_PERIODS + 1)]
    own = {"area": revision.area, "form": revision.form, "below": below}
    since = {"valid_from": revision.area_valid_from, "period": revision.period.id, "boundary": revision.boundary}
    first: int | None = session.scalar(_FIRST, own | since)
    newest: dict[tuple[Boundary, str], int] = {}
    previous_before = None
    known = own | {"periods": periods, "first": below if first is None else first}
    for boundary, period, key, before in session.execute(_NEWEST, known):
        if (boundary, period) == (revision.boundary, revision.period.id):
            continue
        newest[boundary, period] = key
        if (boundary, period) == (revision.boundary, periods[1]):
            previous_before = before
    return EarlierRevisions(newest, first, previous_before)


_HEAD: Final = table_of(RollupRevisionRow).c
_OWN: Final = (
    _HEAD.area_code == bindparam("area"),
    _HEAD.form == bindparam("form"),
    _HEAD.id < bindparam("below"),
)
_FIRST: Final = select(func.min(_HEAD.id)).where(
    *_OWN,
    _HEAD.area_valid_from == bindparam("valid_from"),
    _HEAD.period == bindparam("period"),
    _HEAD.boundary == bindparam("boundary"),
)
_NEWEST: Final = (
    select(_HEAD.boundary, _HEAD.period, func.max(_HEAD.id), func.max(case((_HEAD.id < bindparam("first"), _HEAD.id))))
    .where(*_OWN, _HEAD.period.in_(bindparam("periods", expanding=True)))
    .group_by(_HEAD.boundary, _HEAD.period)
)


def earlier_periods(session: Session, catalog: Catalog, revision: Revision, below: int) -> EarlierPeriods:
    """Read what a revision could know of earlier periods.

    Args:
        session: the warehouse's session.
        catalog: the catalogue; it says which figures lead, and how they add up over time.
        revision: the revision.
        below: its id in the warehouse, or the first id that it could not know.
    """
    known = earlier_revisions(session, revision, below)
    leads = catalog.lead_indicators([row.indicator for row in revision.rows])
    flows = {indicator: catalog.indicators[indicator].flow for indicator in leads}
    previous, before = known.previous(revision), known.previous_before
    amounts = {
        key: _amounts(contributions_of(session, [key], leads), flows) for key in {previous, before} if key is not None
    }
    of_previous = amounts.get(previous, {}) if previous is not None else {}
    needs_own = revision.totals is not None and previous is not None
    return EarlierPeriods(
        figures=_figures(session, catalog, known),
        previous_before=amounts.get(before, {}) if before is not None else {},
        previous=of_previous,
        previous_units=_units(session, previous),
        last_known=_last_known(session, revision, known, of_previous, flows),
        own=_amounts(contributions_of(session, [below], leads), flows) if needs_own else {},
    )


def absent_units(revision: Revision, leads: Collection[str]) -> dict[str, set[UnitKey]]:
    """Return the units that owe the form and gave nothing to a figure, by indicator: of partial figures that lead."""
    units = {UnitKey(unit.code, unit.unit_valid_from) for unit in revision.units}
    partial = [row.indicator for row in revision.rows if row.indicator in leads and row.status is RollupStatus.PARTIAL]
    return {indicator: units - revision.giving(indicator) for indicator in partial}


def contributions_of(
    session: Session, revisions: Collection[int], indicators: Collection[str], units: Collection[str] | None = None
) -> Iterator[Row[Any]]:
    """Yield contributions of some revisions to some figures, by revision, figure and base period.

    Args:
        session: the session to read in.
        revisions: ids of the revisions.
        indicators: the figures.
        units: codes of units; None: all.
    """
    row = CONTRIBUTED.c
    statement = select(
        row.revision_id, row.indicator, row.unit_code, row.unit_valid_from, row.numerator, row.denominator, row.weight
    ).where(row.revision_id.in_(sorted(revisions)), row.indicator.in_(sorted(indicators)))
    if units is not None:
        statement = statement.where(row.unit_code.in_(units))
    yield from session.execute(statement.order_by(row.revision_id, row.indicator, row.period, row.unit_code))
    archived = archived_contributions(session, revisions, indicators=indicators, units=units)
    yield from map(_COLUMNS, sorted(archived, key=attrgetter("revision_id", "indicator", "period", "unit_code")))


_COLUMNS: Final = attrgetter(
    "revision_id", "indicator", "unit_code", "unit_valid_from", "numerator", "denominator", "weight"
)


def _amounts(rows: Iterable[Row[Any]], flows: Mapping[str, Flow]) -> AmountsByUnit:
    """Add up what each unit gave to each figure over the period."""
    by_unit: dict[str, dict[UnitKey, list[Amount]]] = {}
    for _, indicator, code, valid_from, numerator, denominator, weight in rows:
        amount = Amount(numerator, denominator).weighted(weight)
        by_unit.setdefault(indicator, {}).setdefault(UnitKey(code, valid_from), []).append(amount)
    return {
        indicator: {
            unit: total for unit, each in units.items() if (total := over_time(flows[indicator], each)) is not None
        }
        for indicator, units in by_unit.items()
    }


def _figures(session: Session, catalog: Catalog, known: EarlierRevisions) -> tuple[EarlierFigure, ...]:
    periods = {text: parse_period(text) for _, text in known.newest}
    ratios = {indicator.id for indicator in catalog.indicators.values() if indicator.measure is Measure.RATIO}
    rows = session.execute(_FIGURES, {"revisions": sorted(known.newest.values())}).all()
    return tuple(
        EarlierFigure(
            indicator,
            periods[period],
            boundary,
            day,
            # Rounded when made: this only restores both decimals.
            value.quantize(_PERCENT_STEP, ROUND_HALF_UP) if value is not None and indicator in ratios else value,
            *rest,
        )
        for indicator, period, boundary, day, value, *rest in rows
    )


def _figures_statement() -> Select[Any]:
    # Columns of tables, not of objects: there are hundreds of rows.
    row, head = table_of(RollupFigureRow).c, table_of(RollupRevisionRow).c
    columns = (
        row.indicator,
        head.period,
        head.boundary,
        head.area_valid_from,
        row.value,
        row.numerator,
        row.denominator,
        row.denominator_kind,
        row.status,
        row.units_expected,
        row.units_accepted,
        head.number,
        # Notes of other figures are long, and not shown.
        case((row.status == RollupStatus.NOT_COMPARABLE, row.notes), else_=""),
    )
    return (
        select(*columns)
        .join_from(table_of(RollupFigureRow), table_of(RollupRevisionRow), head.id == row.revision_id)
        .where(head.id.in_(bindparam("revisions", expanding=True)))
        .order_by(head.period, head.boundary, row.position)
    )


_FIGURES: Final = _figures_statement()


def _units(session: Session, revision: int | None) -> frozenset[UnitKey]:
    if revision is None:
        return frozenset()
    row = table_of(RollupUnitRow).c
    units = session.execute(select(row.unit_code, row.unit_valid_from).where(row.revision_id == revision))
    return frozenset(UnitKey(code, day) for code, day in units.all())


def _last_known(
    session: Session,
    revision: Revision,
    known: EarlierRevisions,
    of_previous: AmountsByUnit,
    flows: Mapping[str, Flow],
) -> dict[str, dict[UnitKey, LastKnownAmount]]:
    """Return the last amounts of units that gave none, by indicator: of the preceding period, else of an older one."""
    wanted = absent_units(revision, flows)
    preceding = revision.period.shift(-1)
    results: dict[str, dict[UnitKey, LastKnownAmount]] = {
        indicator: {
            unit: LastKnownAmount(preceding, amount)
            for unit, amount in of_previous.get(indicator, {}).items()
            if unit in units
        }
        for indicator, units in wanted.items()
    }
    unknown = {indicator: units - results[indicator].keys() for indicator, units in wanted.items()}
    older = known.older(revision)
    for key, amounts in _older_amounts(session, older, unknown, flows):
        for indicator, units in amounts.items():
            for unit, amount in units.items():
                if unit in unknown[indicator]:
                    results[indicator].setdefault(unit, LastKnownAmount(older[key], amount))
    return results


def _older_amounts(
    session: Session, older: Mapping[int, Period], unknown: Mapping[str, set[UnitKey]], flows: Mapping[str, Flow]
) -> Sequence[tuple[int, AmountsByUnit]]:
    """Return the amounts that units gave to older periods, newest period first."""
    indicators = [indicator for indicator, units in unknown.items() if units]
    by_revision: dict[int, list[Row[Any]]] = {}
    if older:
        for chunk in in_chunks(unit.code for indicator in indicators for unit in unknown[indicator]):
            for row in contributions_of(session, older, indicators, chunk):
                by_revision.setdefault(row[0], []).append(row)
    newest_first = sorted(by_revision, key=lambda key: older[key], reverse=True)
    return [(key, _amounts(by_revision[key], flows)) for key in newest_first]
