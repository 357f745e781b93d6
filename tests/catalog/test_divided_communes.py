"""What the notes of the official table tell of divided communes makes figures of old districts exact."""

from datetime import date

import pytest

from domain.catalog.catalog import Catalog
from domain.extents import Overlap, overlaps, weight_of
from domain.units import Level, OrgUnit

LAST_DAY, AFTER = date(2025, 6, 30), date(2025, 7, 1)
PEOPLE, ENTERPRISES = "hsskdt", "hddt_dn"


def _is_exact(catalog: Catalog, overlap: Overlap, indicator: str) -> bool:
    return overlap.whole or weight_of(catalog.units, overlap, catalog.indicators[indicator]) is not None


def _districts(catalog: Catalog) -> list[OrgUnit]:
    units = catalog.units
    districts = [unit for unit in units.units if unit.level is Level.DISTRICT and unit.holds_on(LAST_DAY)]
    return [unit for unit in districts if units.descendants(unit.code, LAST_DAY, Level.COMMUNE)]


@pytest.mark.long
def test_ten_more_districts_are_exact_for_what_counts_people(catalog: Catalog) -> None:
    """Of 691 old districts 366 are unions of today's communes, and 376 with land without people left aside."""
    parts = [
        overlaps(catalog.units, catalog.units.area(district.code, LAST_DAY), AFTER) for district in _districts(catalog)
    ]
    exact = {
        indicator: sum(all(_is_exact(catalog, overlap, indicator) for overlap in each) for each in parts)
        for indicator in (PEOPLE, ENTERPRISES)
    }
    assert (len(parts), exact) == (691, {PEOPLE: 376, ENTERPRISES: 366})


def test_land_without_people_weighs_nothing(catalog: Catalog) -> None:
    """Of 75 communes the notes tell land from people; each weight quotes the note that it was read from."""
    weights = [weight for weight in catalog.units.weights.stated if weight.denominator_kind == "people"]
    forward = {weight.origin: weight for weight in weights if weight.direction == "forward"}
    assert (len(weights), len(forward)) == (224, 75)
    assert all("“" in weight.source for weight in weights)
