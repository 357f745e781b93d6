"""How far a published headline figure rests on what a warning is about: the figure with and without that report.

Without the unit's own figure a ratio is (Σ numerators - its own) / (Σ denominators - its own), a count Σ - its own; the
effect is the difference in per cent of the published value. A part of a derived figure is left out of its numerator
alone. A warning about a whole report has the largest effect on any headline. Of several published areas the one counts
in which the effect is largest; the unit's own figures say nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from sqlalchemy import func, select

from domain.catalog.catalog import Catalog
from domain.indicators import Measure
from domain.issues import Issue, Severity
from domain.periods import Period
from domain.rollups import Boundary
from domain.submissions import SubmissionState
from domain.units import UnitKey
from warehouse.archive.reading import archived_contributions
from warehouse.models import CONTRIBUTED, IssueRow, RollupFigureRow, RollupRevisionRow, SubmissionRow
from warehouse.store.bulk import in_chunks
from warehouse.store.engine import Session
from warehouse.submissions.open_warnings import open_warnings_of

_ALL: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class HeadlineEffect:
    """A headline figure of an area as it is published, and as it would be without the unit's own.

    `without` is None where nothing would be left; `percent` is the difference in per cent of the published value.
    """

    indicator: str
    area: str
    area_name: str
    published: Decimal
    without: Decimal | None
    percent: Decimal


@dataclass(frozen=True, slots=True)
class RankedWarning:
    """An open warning about a unit's report that counts, with its effect; None: it moves no headline figure."""

    unit: UnitKey
    issue: Issue
    effect: HeadlineEffect | None


class _Sums(NamedTuple):
    numerator: Decimal
    denominator: Decimal | None


Effects = Mapping[tuple[int, str], HeadlineEffect]
"""Effects by submission and indicator; "" is the report as a whole."""


def ranked_warnings(
    session: Session, catalog: Catalog, form: str, period: Period, at: datetime
) -> tuple[RankedWarning, ...]:
    """Return the warnings of a form and period that are open at a moment (UTC), the largest effect first."""
    row, issue = SubmissionRow, IssueRow
    has_warning = (
        select(issue.submission_id)
        .where(issue.submission_id == row.id, issue.judgement == row.judgement, issue.severity == Severity.WARNING)
        .exists()
    )
    counted = select(row.id, row.judgement, row.unit_code, row.unit_valid_from).where(
        row.form == form, row.period == period.id, row.state == SubmissionState.ACCEPTED, has_warning
    )
    judgements: dict[int, int] = {}
    units: dict[int, UnitKey] = {}
    for key, judgement, code, valid_from in session.execute(counted).tuples():
        if code is not None and valid_from is not None:
            judgements[key], units[key] = judgement, UnitKey(code, valid_from)
    warnings = open_warnings_of(session, judgements, at)
    effects = headline_effects(session, catalog, period, warnings)
    ranked = [
        RankedWarning(units[key], each.issue, effects.get((key, each.issue.indicator or "")))
        for key, each_of in warnings.items()
        for each in each_of
        if each.waiver is None and not each.issue.is_shadow
    ]
    return tuple(sorted(ranked, key=_by_effect))


def headline_effects(
    session: Session, catalog: Catalog, period: Period, submissions: Collection[int], unit: str | None = None
) -> Effects:
    """Return the largest effect of each figure of some submissions, in the newest published revisions of a period.

    Args:
        session: the session to read in.
        catalog: names headlines and parts.
        period: of the reports.
        submissions: numbers of the submissions.
        unit: code of the only unit that these are of; None: of several.
    """
    heads = _newest_heads(session, period)
    figures = _figures(session, heads)
    leads = {head: catalog.lead_indicators([each for of, each in figures if of == head]) for head in heads}
    needed = {each for of in leads.values() for lead in of for each in (lead, *_parts(catalog, lead))}
    results: dict[tuple[int, str], HeadlineEffect] = {}
    for head, submission, code, own in _own_figures(session, period, heads, submissions, needed=needed, unit=unit):
        if code == heads[head].area_code:
            continue
        for lead in leads[head]:
            for indicator, effect in _effects(catalog, heads[head], lead, figures[head, lead], own):
                for key in ((submission, indicator), (submission, "")):
                    if key not in results or results[key].percent < effect.percent:
                        results[key] = effect
    return results


def _by_effect(each: RankedWarning) -> tuple[Decimal, str, str]:
    return -(each.effect.percent if each.effect else Decimal(-1)), each.unit.code, each.issue.code


def _effects(
    catalog: Catalog, head: RollupRevisionRow, lead: str, published: _Sums, own: Mapping[str, _Sums]
) -> Iterator[tuple[str, HeadlineEffect]]:
    """Yield the effect of each own figure on a headline: of the same indicator, or of its parts."""
    indicator = catalog.indicators[lead]
    is_ratio = indicator.measure is Measure.RATIO
    before = _value(published, is_ratio=is_ratio)
    left_out = {lead: own[lead]} if lead in own else {}
    if indicator.is_sum:
        parts = _parts(catalog, lead)
        left_out |= {part: _Sums(own[part].numerator, Decimal(0)) for part in parts if part in own}
    for code, sums in left_out.items():
        rest = _Sums(
            published.numerator - sums.numerator,
            None if published.denominator is None else published.denominator - (sums.denominator or 0),
        )
        after = _value(rest, is_ratio=is_ratio)
        if before is not None:
            percent = _ALL if not before or after is None else abs(after - before) / abs(before) * _ALL
            yield code, HeadlineEffect(lead, head.area_code, head.area_name, before, after, percent)


def _parts(catalog: Catalog, indicator: str) -> tuple[str, ...]:
    return tuple(part.indicator for part in catalog.indicators[indicator].parts)


def _value(sums: _Sums, *, is_ratio: bool) -> Decimal | None:
    if not is_ratio:
        return sums.numerator
    return sums.numerator / sums.denominator * 100 if sums.denominator else None


def _newest_heads(session: Session, period: Period) -> Mapping[int, RollupRevisionRow]:
    head = RollupRevisionRow
    newest = (
        select(func.max(head.id))
        .where(head.period == period.id, head.boundary == Boundary.AS_THEN)
        .group_by(head.area_code, head.area_valid_from, head.form)
    )
    return {row.id: row for row in session.scalars(select(head).where(head.id.in_(newest)))}


def _figures(session: Session, heads: Collection[int]) -> Mapping[tuple[int, str], _Sums]:
    row = RollupFigureRow
    rows = session.execute(
        select(row.revision_id, row.indicator, row.numerator, row.denominator).where(row.revision_id.in_(heads))
    ).tuples()
    return {(head, code): _Sums(above, below) for head, code, above, below in rows if above is not None}


def _own_figures(
    session: Session,
    period: Period,
    heads: Collection[int],
    submissions: Collection[int],
    *,
    needed: Collection[str],
    unit: str | None,
) -> Iterator[tuple[int, int, str, Mapping[str, _Sums]]]:
    """Yield revision, submission and unit with what that contributed to the figures, by indicator."""
    row = CONTRIBUTED.c
    statement = select(
        row.revision_id, row.submission_id, row.unit_code, row.indicator, row.numerator, row.denominator, row.weight
    ).where(row.revision_id.in_(heads), row.period == period.id, row.indicator.in_(needed))
    if unit:
        statement = statement.where(row.unit_code == unit)
    own: dict[tuple[int, int, str], dict[str, _Sums]] = defaultdict(dict)
    for chunk in in_chunks(submissions):
        rows = session.execute(statement.where(row.submission_id.in_(chunk))).tuples()
        for head, submission, code, indicator, above, below, weight in rows:
            share = Decimal(1) if weight is None else weight
            own[head, submission, code][indicator] = _Sums(above * share, None if below is None else below * share)
    for each in archived_contributions(session, heads, indicators=needed, units=[unit] if unit else None):
        if each.period == period.id and each.submission_id in submissions:
            share = Decimal(1) if each.weight is None else each.weight
            below = None if each.denominator is None else each.denominator * share
            own[each.revision_id, each.submission_id, each.unit_code][each.indicator] = _Sums(
                each.numerator * share, below
            )
    for (head, submission, code), sums in own.items():
        yield head, submission, code, sums
