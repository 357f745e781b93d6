"""Random histories of communes whose ground is known plot by plot, so that what is traced can be held to the truth."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from hypothesis import strategies as st

from domain.units import Area, Level, OrgUnit, Succession, SuccessionKind, UnitKey, UnitRegister, kind_of_succession
from domain.weights import Direction, StatedWeight, Weights

DAY = timedelta(days=1)
ERAS = [date(2020, 1, 1), date(2021, 1, 1), date(2022, 1, 1), date(2023, 1, 1)]
CODES = "ABCDEFG"
FOUR_DECIMALS = Decimal("0.0001")

Ground = dict[UnitKey, frozenset[int]]


@dataclass(frozen=True)
class SuccessionHistory:
    """A register, and which plots of ground each of its communes has. Each plot is a village, `v0`, `v1` and so on."""

    register: UnitRegister
    ground: Ground
    eras: int

    def communes(self, era: int) -> list[OrgUnit]:
        """The communes of an era, by code."""
        on = ERAS[era]
        return sorted(
            (unit for unit in self.register.units if unit.level is Level.COMMUNE and unit.holds_on(on)),
            key=lambda unit: unit.code,
        )

    def area(self, era: int, members: Sequence[OrgUnit]) -> Area:
        """Some communes of an era as an area."""
        on = ERAS[era]
        return Area("area", "Vùng", Level.DISTRICT, on, None, tuple(members), on)

    def plots(self, members: Sequence[OrgUnit]) -> frozenset[int]:
        """All the ground of some communes."""
        return frozenset[int]().union(*(self.ground[unit.key] for unit in members))


@st.composite
def histories(draw: st.DrawFn, eras: int = 3) -> SuccessionHistory:
    """Communes that merge, split, stay, are renamed and take one another's codes on every first day of an era."""
    plots = range(draw(st.integers(3, 8)))
    assignments = [draw(st.tuples(*(st.sampled_from(CODES) for _ in plots))) for _ in range(eras)]
    for era in range(1, eras):
        # Some plots stay with the code they had, so that units also live on.
        stays = draw(st.tuples(*(st.booleans() for _ in plots)))
        before, now = assignments[era - 1], assignments[era]
        assignments[era] = tuple(old if stay else new for old, new, stay in zip(before, now, stays, strict=True))
    return _history(assignments)


def _history(assignments: Sequence[Sequence[str]]) -> SuccessionHistory:
    eras = [_by_code(assignment) for assignment in assignments]
    first_days: list[dict[str, date]] = [dict.fromkeys(eras[0], ERAS[0])]
    for era in range(1, len(eras)):
        before, now = eras[era - 1], eras[era]
        # A unit of the same code and ground goes on as it is; any other is a unit of its own.
        first_days.append({code: first_days[-1][code] if before.get(code) == now[code] else ERAS[era] for code in now})
    ground: Ground = {}
    last_days: dict[UnitKey, date | None] = {}
    for era, days in enumerate(first_days):
        for code, first in days.items():
            ground[UnitKey(code, first)] = eras[era][code]
            goes_on = era + 1 < len(eras) and first_days[era + 1].get(code) == first
            last_days[UnitKey(code, first)] = None if goes_on or era + 1 == len(eras) else ERAS[era + 1] - DAY
    communes = [
        OrgUnit(key.code, f"Xã {key.code}", "Xã", Level.COMMUNE, "P", key.valid_from, last_days[key]) for key in ground
    ]
    villages = [
        OrgUnit(f"v{plot}", f"Thôn {plot}", "Thôn", Level.VILLAGE, key.code, key.valid_from, last_days[key])
        for key, plots in ground.items()
        for plot in plots
    ]
    pairs = _pairs(ground, last_days)
    return SuccessionHistory(
        UnitRegister(communes + villages, pairs, _weights(ground, last_days)), ground, len(assignments)
    )


def _by_code(assignment: Sequence[str]) -> dict[str, frozenset[int]]:
    plots: dict[str, set[int]] = defaultdict(set)
    for plot, code in enumerate(assignment):
        plots[code].add(plot)
    return {code: frozenset(item) for code, item in plots.items()}


def _shared(ground: Ground, last_days: Mapping[UnitKey, date | None]) -> list[tuple[UnitKey, UnitKey, frozenset[int]]]:
    return [
        (old, new, plots & ground[new])
        for old, plots in ground.items()
        for new in ground
        if last_days[old] == new.valid_from - DAY and plots & ground[new]
    ]


def _pairs(ground: Ground, last_days: Mapping[UnitKey, date | None]) -> list[Succession]:
    shared = _shared(ground, last_days)
    makers = Counter(new for _, new, _ in shared)
    results = []
    for old, new, plots in shared:
        whole = plots == ground[old]
        kind = kind_of_succession(old.code, new.code, whole=whole, alone=makers[new] == 1)
        results.append(Succession(old.code, new.code, new.valid_from, whole, "the text", kind))
        for plot in sorted(plots):
            rename = SuccessionKind.RENAME
            results.append(replace(results[-1], old=f"v{plot}", new=f"v{plot}", whole=True, kind=rename))
    return results


def _weights(ground: Ground, last_days: Mapping[UnitKey, date | None]) -> Weights:
    """For every pair the share of its plots, both ways; every plot has one inhabitant."""
    stated = []
    for old, new, plots in _shared(ground, last_days):
        ways = [(old, new, Direction.FORWARD), (new, old, Direction.BACKWARD)]
        for origin, into, direction in ways:
            share = (Decimal(len(plots)) / len(ground[origin])).quantize(FOUR_DECIMALS, ROUND_DOWN)
            stated.append(
                StatedWeight(origin.code, into.code, new.valid_from, direction, None, None, share, "the census")
            )
    return Weights(stated)
