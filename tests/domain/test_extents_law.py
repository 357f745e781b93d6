"""Whatever merges, splits and takes another's code: ground is traced rightly, and none is counted twice."""

from collections.abc import Mapping
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.extents import overlaps, unresolved_units, weight_of
from domain.indicators import Indicator
from domain.units import Area, OrgUnit
from tests.domain.histories import ERAS, SuccessionHistory, histories


@st.composite
def _cuts(draw: st.DrawFn, eras: int = 3) -> tuple[SuccessionHistory, list[Area], int]:
    """A history, areas that divide the communes of one era between them, and an era to ask about."""
    history = draw(histories(eras))
    boundary, result = draw(st.integers(0, eras - 1)), draw(st.integers(0, eras - 1))
    members = history.communes(boundary)
    shares = draw(st.tuples(*(st.integers(0, 2) for _ in members)))
    areas = [
        history.area(boundary, [unit for unit, mine in zip(members, shares, strict=True) if mine == share])
        for share in sorted(set(shares))
    ]
    return history, areas, result


@given(_cuts())
def test_no_unit_is_assigned_to_foreign_territory(cut: tuple[SuccessionHistory, list[Area], int]) -> None:
    """A whole unit has no territory outside; one that is left out has none inside."""
    history, areas, result = cut
    for area in areas:
        inside = history.plots(area.members)
        results = {overlap.unit.key: overlap for overlap in overlaps(history.register, area, ERAS[result])}
        for unit in history.communes(result):
            plots = history.ground[unit.key]
            if unit.key not in results:
                assert not plots & inside
            elif results[unit.key].whole:
                assert plots <= inside


@given(_cuts(eras=2))
def test_over_one_change_the_tracing_is_exact(cut: tuple[SuccessionHistory, list[Area], int]) -> None:
    """A unit is whole if and only if all its ground lies inside."""
    history, areas, result = cut
    for area in areas:
        inside = history.plots(area.members)
        for overlap in overlaps(history.register, area, ERAS[result]):
            assert overlap.whole is (history.ground[overlap.unit.key] <= inside)
            assert history.ground[overlap.unit.key] & inside


@given(_cuts())
def test_areas_that_divide_the_country_divide_its_units(cut: tuple[SuccessionHistory, list[Area], int]) -> None:
    """Each unit is whole in exactly one of them, or lies in part in two or more; no ground is lost."""
    history, areas, result = cut
    results = [overlap for area in areas for overlap in overlaps(history.register, area, ERAS[result])]
    for unit in history.communes(result):
        mine = [item.whole for item in results if item.unit.key == unit.key]
        assert mine == [True] or (len(mine) > 1 and not any(mine))
    assert not any(unresolved_units(history.register, area, ERAS[result]) for area in areas)


@given(_cuts())
def test_villages_are_assigned_by_their_territory(cut: tuple[SuccessionHistory, list[Area], int]) -> None:
    """Where every village's succession is known, exactly those inside are named."""
    history, areas, result = cut
    for area in areas:
        inside = history.plots(area.members)
        for overlap in overlaps(history.register, area, ERAS[result]):
            if not overlap.whole:
                assert overlap.villages == {f"v{plot}" for plot in history.ground[overlap.unit.key] & inside}


@given(cut=_cuts())
def test_weights_are_the_share_of_the_ground_and_never_exceed_it(
    indicators: Mapping[str, Indicator], cut: tuple[SuccessionHistory, list[Area], int]
) -> None:
    """A weight, where one can be told, is the true share but for its four decimals; all together stay below 1."""
    history, areas, result = cut
    indicator = next(iter(indicators.values()))
    given_away: dict[OrgUnit, Decimal] = {}
    for area in areas:
        inside = history.plots(area.members)
        for overlap in overlaps(history.register, area, ERAS[result]):
            weight = weight_of(history.register, overlap, indicator)
            if weight is None:
                continue
            plots = history.ground[overlap.unit.key]
            truth = Decimal(len(plots & inside)) / len(plots)
            assert truth - Decimal("0.0001") * len(weight.stated) <= weight.value <= truth
            given_away[overlap.unit] = given_away.get(overlap.unit, Decimal(0)) + weight.value
    assert all(share <= 1 for share in given_away.values())


@given(cut=_cuts(eras=2))
def test_over_one_change_every_stated_weight_is_found(
    indicators: Mapping[str, Indicator], cut: tuple[SuccessionHistory, list[Area], int]
) -> None:
    """Each part of a divided unit is listed, and each path inside is one link."""
    history, areas, result = cut
    indicator = next(iter(indicators.values()))
    for area in areas:
        for overlap in overlaps(history.register, area, ERAS[result]):
            weight = weight_of(history.register, overlap, indicator)
            assert (weight is None) is overlap.whole
            assert all(len(way) == 1 for way in overlap.ways)


@given(histories())
def test_the_unchanged_is_followed_by_no_link(history: SuccessionHistory) -> None:
    """A unit valid on both days is unchanged, even if its code was reused in other years."""
    for unit in history.communes(0):
        area = history.area(0, [unit])
        same = [commune for commune in history.communes(history.eras - 1) if commune.key == unit.key]
        result = overlaps(history.register, area, ERAS[history.eras - 1])
        if same:
            assert [(overlap.unit, overlap.whole, overlap.succession_path) for overlap in result] == [(unit, True, ())]
        else:
            assert all(other_overlap.succession_path for other_overlap in result)
