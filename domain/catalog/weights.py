"""Reads the weights stated for units that were divided, and checks them against what became of these units."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from domain.catalog.entries import day_of
from domain.catalog.files import CatalogFiles, CsvTable
from domain.catalog.schemas import check_table
from domain.indicators import Indicator
from domain.units import Succession
from domain.weights import Direction, Scope, StatedWeight, Weights

_FILE = "units/weights.csv"
_COLUMNS = ("from", "to", "effective", "direction", "indicator", "denominator_kind", "weight", "source")


def read_weights(
    files: CatalogFiles, successions: Sequence[Succession], indicators: Mapping[str, Indicator]
) -> Weights:
    """Stated weights, as `units/weights.csv` has them; an empty list is fine.

    Raises:
        CatalogError: a row is for no succession, or for one that needs no weight; its indicator or denominator kind
            is unknown; it stands twice; or the shares of one unit exceed 1.
    """
    table = files.table(_FILE, _COLUMNS)
    links = {(one.old, one.new, one.effective): one for one in successions}
    makers = Counter((one.new, one.effective) for one in successions)
    sums: dict[tuple[str, date, Direction, Scope], dict[str, Decimal]] = defaultdict(dict)
    found: list[StatedWeight] = []
    for row, raw in enumerate(check_table(table, "weights")):
        one = _weight(table, row, raw)
        forward = one.direction is Direction.FORWARD
        ends = (one.origin, one.into) if forward else (one.into, one.origin)
        link = links.get((*ends, one.effective))
        if link is None:
            problem = f"nothing passed from {ends[0]} to {ends[1]} on {one.effective}"
            raise table.error(row, problem, "weigh a pair that the files of units/successions.yaml hold")
        if link.whole if forward else makers[link.new, link.effective] == 1:
            problem = f"all of {one.origin}'s figure belongs to {one.into}: no weight is needed"
            raise table.error(row, problem, "take the row out, or turn its direction")
        _check_scope(table, row, one, indicators)
        shares = sums[one.origin, one.effective, one.direction, one.scope]
        if one.into in shares:
            raise table.error(row, "this share is stated already", "keep one of the two rows")
        shares[one.into] = one.value
        if sum(shares.values()) > 1:
            problem = f"the shares of {one.origin} add up to {sum(shares.values())}, more than 1"
            raise table.error(row, problem, "correct the shares: what a unit has can be given away once")
        found.append(one)
    return Weights(found)


def _weight(table: CsvTable, row: int, raw: Mapping[str, str]) -> StatedWeight:
    return StatedWeight(
        origin=raw["from"],
        into=raw["to"],
        effective=day_of(raw["effective"], partial(table.error, row)) or date.min,
        direction=Direction(raw["direction"]),
        indicator=raw["indicator"] or None,
        denominator_kind=raw["denominator_kind"] or None,
        value=Decimal(raw["weight"]),
        source=raw["source"],
    )


def _check_scope(table: CsvTable, row: int, one: StatedWeight, indicators: Mapping[str, Indicator]) -> None:
    if one.indicator and one.denominator_kind:
        raise table.error(row, "an indicator and a denominator kind are both given", "leave one of the two empty")
    if one.indicator and one.indicator not in indicators:
        raise table.error(row, f"indicator {one.indicator!r} is unknown", "use an id of indicators/")
    kinds = {indicator.denominator_kind for indicator in indicators.values()}
    if one.denominator_kind and one.denominator_kind not in kinds:
        known = ", ".join(sorted(kinds))
        raise table.error(row, f"no indicator has the denominator kind {one.denominator_kind!r}", f"one of: {known}")
