"""Whatever merges, splits and takes another's code: ground is traced rightly, and none is counted twice."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.catalog.catalog import Catalog
from domain.extents import overlaps, unresolved_units, weight_of
from domain.units import Area, OrgUnit
from tests.domain.histories import ERAS, SuccessionHistory, histories


@st.composite
def _cuts(draw: st.DrawFn, eras: int = 3) -> tuple[SuccessionHistory, list[Area], int]:
    """A history, areas that divide the communes of one era between them, and an era to ask about."""
    history = draw(histories(eras))
    boundary, asked = draw(st.integers(0, eras - 1)), draw(st.integers(0, eras - 1))
    members = history.communes(boundary)
    shares = draw(st.tuples(*(st.integers(0, 2) for _ in members)))
    areas = [
        history.area(boundary, [unit for unit, mine in zip(members, shares, strict=True) if mine == share])
        for share in sorted(set(shares))
    ]
    return history, areas, asked


@given(_cuts())
def test_no_unit_is_said_to_lie_where_it_does_not(cut: tuple[SuccessionHistory, list[Area], int]) -> None:
    """A whole unit has no ground outside; one that is left out has none inside."""
    history, areas, asked = cut
    for area in areas:
        inside = history.plots(area.members)
        found = {one.unit.key: one for one in overlaps(history.register, area, ERAS[asked])}
        for unit in history.communes(asked):
            plots = history.ground[unit.key]
            if unit.key not in found:
                assert not plots & inside
            elif found[unit.key].whole:
                assert plots <= inside


@given(_cuts(eras=2))
def test_over_one_change_the_tracing_is_exact(cut: tuple[SuccessionHistory, list[Area], int]) -> None:
    """A unit is whole if and only if all its ground lies inside."""
    history, areas, asked = cut
    for area in areas:
        inside = history.plots(area.members)
        for one in overlaps(history.register, area, ERAS[asked]):
            assert one.whole is (history.ground[one.unit.key] <= inside)
            assert history.ground[one.unit.key] & inside


@given(_cuts())
def test_areas_that_divide_the_country_divide_its_units(cut: tuple[SuccessionHistory, list[Area], int]) -> None:
    """Each unit is whole in exactly one of them, or lies in part in two or more; no ground is lost."""
    history, areas, asked = cut
    found = [one for area in areas for one in overlaps(history.register, area, ERAS[asked])]
    for unit in history.communes(asked):
        mine = [one.whole for one in found if one.unit.key == unit.key]
        assert mine == [True] or (len(mine) > 1 and not any(mine))
    assert not any(unresolved_units(history.register, area, ERAS[asked]) for area in areas)


@given(_cuts())
def test_villages_lie_where_their_ground_lies(cut: tuple[SuccessionHistory, list[Area], int]) -> None:
    """Where every village's way is told, exactly those inside are named."""
    history, areas, asked = cut
    for area in areas:
        inside = history.plots(area.members)
        for one in overlaps(history.register, area, ERAS[asked]):
            if not one.whole:
                assert one.villages == {f"v{plot}" for plot in history.ground[one.unit.key] & inside}


@given(cut=_cuts())
def test_weights_are_the_share_of_the_ground_and_never_exceed_it(
    catalog: Catalog, cut: tuple[SuccessionHistory, list[Area], int]
) -> None:
    """A weight, where one can be told, is the true share but for its four decimals; all together stay below 1."""
    history, areas, asked = cut
    indicator = next(iter(catalog.indicators.values()))
    given_away: dict[OrgUnit, Decimal] = {}
    for area in areas:
        inside = history.plots(area.members)
        for one in overlaps(history.register, area, ERAS[asked]):
            weight = weight_of(history.register, one, indicator)
            if weight is None:
                continue
            plots = history.ground[one.unit.key]
            truth = Decimal(len(plots & inside)) / len(plots)
            assert truth - Decimal("0.0001") * len(weight.stated) <= weight.value <= truth
            given_away[one.unit] = given_away.get(one.unit, Decimal(0)) + weight.value
    assert all(share <= 1 for share in given_away.values())


@given(cut=_cuts(eras=2))
def test_over_one_change_every_stated_weight_is_found(
    catalog: Catalog, cut: tuple[SuccessionHistory, list[Area], int]
) -> None:
    """Each part of a divided unit is told, and each way inside is one link."""
    history, areas, asked = cut
    indicator = next(iter(catalog.indicators.values()))
    for area in areas:
        for one in overlaps(history.register, area, ERAS[asked]):
            weight = weight_of(history.register, one, indicator)
            assert (weight is None) is one.whole
            assert all(len(way) == 1 for way in one.ways)


@given(histories())
def test_the_unchanged_is_followed_by_no_link(history: SuccessionHistory) -> None:
    """A unit that holds on both days passes as itself, whoever else took its code in other years."""
    for unit in history.communes(0):
        area = history.area(0, [unit])
        same = [one for one in history.communes(history.eras - 1) if one.key == unit.key]
        found = overlaps(history.register, area, ERAS[history.eras - 1])
        if same:
            assert [(one.unit, one.whole, one.through) for one in found] == [(unit, True, ())]
        else:
            assert all(one.through for one in found)
