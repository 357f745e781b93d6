"""One mechanism from village to country: a sum is the same by whatever groups it is made."""

from collections.abc import Iterable
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.aggregation import Amount, add_up, published_value
from domain.rollups import RollupRow
from domain.units import Area, OrgUnit
from tests.examples import examples
from tests.warehouse.rollups.random_histories import CUMULATIVE, FLOW, STOCK
from tests.warehouse.rollups.test_oracle import take
from tests.warehouse.warehouse_builder import FORM, MAY, WarehouseBuilder, taken_back
from warehouse.rollups.rollups import RevisionOrigin, draft_of
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import Session

pytestmark = pytest.mark.long

INDICATORS = (STOCK, FLOW, CUMULATIVE)
NUMBERS = st.none() | st.integers(0, 10**6)


def rows_of(session: Session, builder: WarehouseBuilder, area: Area) -> dict[str, RollupRow]:
    """An area's rows by indicator."""
    draft = draft_of(session, builder.catalog, RollupKey(area, FORM, MAY), RevisionOrigin(1, "run", builder.clock))
    return {row.indicator: row for row in draft.rows}


def group(builder: WarehouseBuilder, members: Iterable[OrgUnit]) -> Area:
    """Any communes as an area."""
    province = builder.area("58")
    day = builder.catalog.forms.last_day(FORM, MAY)
    return Area("group", "Nhóm", province.level, province.valid_from, None, tuple(members), day)


@settings(max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_province_is_the_sum_of_its_communes_by_any_grouping(builder: WarehouseBuilder, data: st.DataObject) -> None:
    """Country, province, district, any cut of it and its communes one by one give the same sums and coverage."""
    communes = builder.area("58").members
    districts = {unit.parent: builder.area(str(unit.parent)) for unit in communes}
    with taken_back(builder.engine) as session:
        for number, unit in enumerate(builder.area().members):
            figures = {
                name: (data.draw(NUMBERS), data.draw(NUMBERS))
                if builder.catalog.indicators[name].denominator
                else (data.draw(NUMBERS),)
                for name in INDICATORS
            }
            if data.draw(st.booleans()):
                take(session, builder, number, builder.report(unit.code, figures), ())
        cut = data.draw(st.integers(1, len(communes) - 1))
        order = data.draw(st.permutations(communes))
        for whole, areas in (
            ("VN", [builder.area("58"), builder.area("56")]),
            ("58", list(districts.values())),
            ("58", [group(builder, order[:cut]), group(builder, order[cut:])]),
            ("58", [builder.area(unit.code) for unit in communes]),
        ):
            parts = [rows_of(session, builder, area) for area in areas]
            total = rows_of(session, builder, builder.area(whole))
            for name in INDICATORS:
                compare(builder, name, total[name], [part[name] for part in parts])


def compare(builder: WarehouseBuilder, indicator: str, whole: RollupRow, parts: list[RollupRow]) -> None:
    """The sums and the coverage of the parts are those of the whole."""
    amounts = [Amount(row.numerator, row.denominator) for row in parts if row.numerator is not None]
    sums = add_up(amounts)
    assert (sums.numerator, sums.denominator) == (whole.numerator, whole.denominator)
    assert published_value(builder.catalog.indicators[indicator], sums) == whole.value
    for column in ("units_accepted", "units_missing", "units_expected", "units_late"):
        assert sum(getattr(row, column) for row in parts) == getattr(whole, column)


def test_commune_is_an_area_with_its_villages_summed(builder: WarehouseBuilder) -> None:
    """A commune's own rollup sums the figures of its villages."""
    unit = builder.area().members[1]
    villages = builder.catalog.units.villages(unit, builder.catalog.forms.last_day(FORM, MAY))
    given_by = {village.code: {"tcnscd_tv": (number,)} for number, village in enumerate(villages, 3)}
    builder.accept(builder.report(unit.code, {}, given_by))
    builder.roll_up(unit.code)
    row = next(row for row in builder.revision(area=unit.code).rows if row.indicator == "tcnscd_tv")
    assert (row.value, row.units_expected, row.status) == (Decimal(sum(range(3, 3 + len(villages)))), 1, "complete")
