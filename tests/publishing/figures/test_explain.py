"""Why a headline figure moved, and what the missing units could make of it, as a report shows them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.aggregation import Amount, percentage
from domain.catalog.catalog import Catalog
from domain.comparisons.change_factors import ChangeFactor
from domain.layouts import Exemption
from domain.periods import parse_period
from domain.rollups import RollupStatus
from domain.units import UnitKey
from publishing.editions import EDITION, SECOND_EDITION
from publishing.figures.assemble import assemble
from publishing.figures.formatter import ReportFormatter
from publishing.figures.movements import FigureMovement
from publishing.figures.report import PublishedFigure
from tests.publishing.revisions import build_revision, with_row
from warehouse.queries import EarlierFigure, EarlierPeriods, LastKnownAmount, Revision

MARCH, APRIL = parse_period("2025-03"), parse_period("2025-04")
GONE, MISSING = "22819", "22831"
BLANK, EXEMPT, OTHER = "22816", "22828", "22813"


@pytest.fixture
def lead(catalog: Catalog) -> str:
    """The first rate that leads a headline theme."""
    return catalog.lead_indicators(catalog.indicators)[0]


def amounts_of(revision: Revision, lead: str) -> dict[UnitKey, Amount]:
    """Return what each unit gave to a figure."""
    return {
        UnitKey(each.unit, each.unit_valid_from): each.counted
        for each in revision.contributions
        if each.indicator == lead
    }


def april_of(revision: Revision, lead: str, amounts: Mapping[UnitKey, Amount], **columns: object) -> EarlierPeriods:
    """Return April with these amounts of the units."""
    row = next(row for row in revision.rows if row.indicator == lead)
    numerator = sum((amount.numerator for amount in amounts.values()), Decimal(0))
    denominator = sum((amount.denominator or Decimal(0) for amount in amounts.values()), Decimal(0))
    figure = EarlierFigure(
        indicator=lead,
        period=APRIL,
        boundary=revision.boundary,
        area_valid_from=revision.area_valid_from,
        value=percentage(numerator, denominator),
        numerator=numerator,
        denominator=denominator,
        denominator_kind=row.denominator_kind,
        status=RollupStatus.COMPLETE,
        units_expected=8,
        units_accepted=len(amounts),
        revision=1,
        notes="",
    )
    figure = figure._replace(**columns)  # type: ignore[arg-type] # names of columns
    return EarlierPeriods(
        figures=(figure,),
        previous_before={lead: amounts},
        previous={lead: amounts},
        previous_units=frozenset(UnitKey(unit.code, unit.unit_valid_from) for unit in revision.units),
    )


def figure_of(revision: Revision, lead: str, formatter: ReportFormatter) -> PublishedFigure:
    """Assemble the report and return a figure of it."""
    themes = assemble(revision, formatter).themes
    return next(figure for theme in themes for figure in theme.figures if figure.row.indicator == lead)


def movement_of(revision: Revision, lead: str, formatter: ReportFormatter) -> FigureMovement:
    """Return why the figure moved."""
    movement = figure_of(revision, lead, formatter).movement
    assert movement
    return movement


def parts_of(movement: FigureMovement) -> dict[ChangeFactor, Decimal]:
    """Return the parts that are not zero."""
    return {part.factor: part.part for part in movement.parts if part.part}


def test_parts_add_up_to_the_shown_change(revision: Revision, lead: str, vietnamese: ReportFormatter) -> None:
    """A unit of April is missing in May, a correction came, and numerators and denominators moved."""
    now = amounts_of(revision, lead)
    gone = next(unit for unit in now if unit.code == GONE)
    before = {
        unit: Amount(amount.numerator - 7, (amount.denominator or Decimal(0)) - 3) for unit, amount in now.items()
    }
    without = tuple(each for each in revision.contributions if (each.indicator, each.unit) != (lead, GONE))
    rest = [amount for unit, amount in now.items() if unit != gone]
    numerator = sum((amount.numerator for amount in rest), Decimal(0))
    denominator = sum((amount.denominator or Decimal(0) for amount in rest), Decimal(0))
    rows = tuple(
        replace(row, value=percentage(numerator, denominator), numerator=numerator, denominator=denominator)
        if row.indicator == lead
        else row
        for row in revision.rows
    )
    earlier = april_of(revision, lead, before)
    first = {**before, gone: Amount(Decimal(0), before[gone].denominator)}
    known = replace(revision, rows=rows, contributions=without, earlier=replace(earlier, previous_before={lead: first}))
    movement = movement_of(known, lead, vietnamese)
    assert sum(part.part for part in movement.parts) == movement.change == movement.end - movement.start
    assert parts_of(movement).keys() == {
        ChangeFactor.CORRECTIONS,
        ChangeFactor.COVERAGE,
        ChangeFactor.DENOMINATOR,
        ChangeFactor.NUMERATOR,
    }
    assert [part.factor for part in movement.parts] == list(ChangeFactor)
    assert (movement.period_name, movement.corrected) == ("Tháng 4/2025", earlier.figures[0].value)
    assert movement.text.endswith(" điểm phần trăm")


def test_another_kind_of_denominator_is_a_definition(
    revision: Revision, lead: str, vietnamese: ReportFormatter
) -> None:
    """No denominator of another kind is compared with today's."""
    before = {
        unit: Amount(amount.numerator, (amount.denominator or Decimal(0)) * 2)
        for unit, amount in amounts_of(revision, lead).items()
    }
    known = replace(revision, earlier=april_of(revision, lead, before, denominator_kind="other"))
    movement = movement_of(known, lead, vietnamese)
    assert parts_of(movement) == {ChangeFactor.DEFINITION: movement.change}


def test_nothing_moved_where_nothing_can_be_compared(
    revision: Revision, lead: str, vietnamese: ReportFormatter
) -> None:
    """Without a comparable figure of the preceding period there is no movement."""
    known = april_of(revision, lead, amounts_of(revision, lead), status=RollupStatus.NOT_COMPARABLE, value=None)
    assert figure_of(replace(revision, earlier=known), lead, vietnamese).movement is None
    assert figure_of(replace(revision, earlier=EarlierPeriods()), lead, vietnamese).movement is None


@pytest.fixture(scope="module")
def partial(catalog: Catalog) -> Revision:
    """A revision in which one unit is missing."""
    return build_revision(catalog, missing={MISSING})


def missing_key(revision: Revision) -> UnitKey:
    """Return the key of the missing unit."""
    return next(UnitKey(unit.code, unit.unit_valid_from) for unit in revision.units if unit.code == MISSING)


def test_bounds_of_a_partial_rate(partial: Revision, lead: str, catalog: Catalog) -> None:
    """The missing unit at its last known figure, at none and at all of it; the sentence says so in both languages."""
    row = next(row for row in partial.rows if row.indicator == lead)
    last = Amount(Decimal(100), Decimal(400))
    earlier = april_of(partial, lead, {missing_key(partial): last})
    earlier = replace(earlier, last_known={lead: {missing_key(partial): LastKnownAmount(APRIL, last)}})
    known = replace(partial, earlier=earlier)
    for lang, mark in (("vi", ","), ("en", ".")):
        bounds = figure_of(known, lead, ReportFormatter(catalog, "en" if lang == "en" else "vi")).bounds
        assert bounds
        assert bounds.bounds
        assert (bounds.units, bounds.periods, bounds.unknown) == (1, (APRIL,), ())
        assert row.numerator is not None
        assert row.denominator is not None
        whole = row.denominator + 400
        assert bounds.bounds.point == percentage(row.numerator + 100, whole)
        assert bounds.bounds.low < bounds.bounds.point < bounds.bounds.high
        assert f"{bounds.bounds.point}%".replace(".", mark) in bounds.text


@pytest.mark.parametrize("kind", ["", "other"], ids=["never reported", "of another kind"])
def test_no_bounds_without_a_last_denominator(
    partial: Revision, lead: str, vietnamese: ReportFormatter, kind: str
) -> None:
    """The units without one are named."""
    last = Amount(Decimal(100), Decimal(400))
    earlier = april_of(partial, lead, {missing_key(partial): last}, denominator_kind=kind)
    amounts = {lead: {missing_key(partial): LastKnownAmount(APRIL, last)}} if kind else {}
    bounds = figure_of(replace(partial, earlier=replace(earlier, last_known=amounts)), lead, vietnamese).bounds
    assert bounds
    assert (bounds.bounds, len(bounds.unknown)) == (None, 1)
    assert bounds.unknown[0] in bounds.text


@pytest.mark.parametrize("edition", [EDITION, SECOND_EDITION])
def test_bounds_are_of_the_units_that_owe_the_indicator(catalog: Catalog, lead: str, edition: int) -> None:
    """One unit sent nothing, one left the figure blank; two more do not miss it: exempt, or not applicable."""
    without = {MISSING, BLANK, EXEMPT, OTHER}
    revision = build_revision(catalog, missing={MISSING, EXEMPT})
    contributions = tuple(each for each in revision.contributions if each.indicator != lead or each.unit not in without)
    row = next(place for place, row in enumerate(revision.rows) if row.indicator == lead)
    notes = f"Không áp dụng đối với: {OTHER} Xã Lâm Sơn."
    revision = with_row(replace(revision, contributions=contributions), row, units_missing=2, notes=notes)
    last = Amount(Decimal(100), Decimal(200))
    known = {
        UnitKey(unit.code, unit.unit_valid_from): LastKnownAmount(APRIL, last)
        for unit in revision.units
        if unit.code in {MISSING, BLANK}
    }
    earlier = replace(april_of(revision, lead, dict.fromkeys(known, last)), last_known={lead: known})
    exemption = Exemption(EXEMPT, revision.form, (lead,), date(2025, 1, 1), None, "thí điểm")
    catalog = replace(catalog, obligations=replace(catalog.obligations, exemptions=(exemption,)))
    themes = assemble(replace(revision, earlier=earlier), ReportFormatter(catalog, "vi"), edition).themes
    (bounds,) = (figure.bounds for theme in themes for figure in theme.figures if figure.row.indicator == lead)
    assert bounds
    assert bounds.units == 2
    # The second edition took every unit that owes the form to owe each indicator.
    assert (bounds.bounds is None) == (edition == SECOND_EDITION)


def test_complete_rate_has_no_bounds(revision: Revision, lead: str, vietnamese: ReportFormatter) -> None:
    """There is nothing left to come."""
    known = april_of(revision, lead, amounts_of(revision, lead))
    assert figure_of(replace(revision, earlier=known), lead, vietnamese).bounds is None
