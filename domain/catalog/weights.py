"""Reads the weights stated for units that were divided, and checks them against what became of these units."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from domain.catalog.fields import Day, FileModel, IdOrNothing, UnitCode, Words
from domain.catalog.files import CatalogFiles
from domain.catalog.shapes import Kind
from domain.units import Succession
from domain.weights import Direction, Scope, StatedWeight, Weights

FILE = "units/weights.csv"
_COLUMNS = ("from", "to", "effective", "direction", "indicator", "denominator_kind", "weight", "source")


class WeightRow(FileModel):
    """A stated weight."""

    origin: UnitCode = Field(alias="from")
    into: UnitCode = Field(alias="to")
    effective: Day
    direction: Direction
    indicator: IdOrNothing
    denominator_kind: IdOrNothing
    value: Annotated[
        str,
        Field(
            alias="weight",
            pattern=r"^(0(\.[0-9]{1,4})?|1(\.0{1,4})?)$",
            description="a share from 0 to 1 with a decimal point and at most four decimals",
        ),
        AfterValidator(Decimal),
    ]
    source: Words


WEIGHTS = Kind("weights", "Rows of units/weights.csv.", tuple[WeightRow, ...])


def read_weights(files: CatalogFiles, successions: Sequence[Succession]) -> Weights:
    """Read the stated weights of `units/weights.csv`; an empty list is fine.

    Raises:
        CatalogError: a row is for no succession, or for one that needs no weight; it is both for an indicator and for a
            denominator kind; it is listed twice; or the shares of one unit exceed 1.
    """
    table = files.table(FILE, _COLUMNS)
    links = {(succession.old, succession.new, succession.effective): succession for succession in successions}
    makers = Counter((succession.new, succession.effective) for succession in successions)
    sums: dict[tuple[str, date, Direction, Scope], dict[str, Decimal]] = defaultdict(dict)
    results: list[StatedWeight] = []
    for row, raw in enumerate(WEIGHTS.check_table(table)):
        result = StatedWeight(**dict(raw))
        forward = result.direction is Direction.FORWARD
        ends = (result.origin, result.into) if forward else (result.into, result.origin)
        link = links.get((*ends, result.effective))
        if link is None:
            problem = f"nothing passed from {ends[0]} to {ends[1]} on {result.effective}"
            raise table.error(row, problem, "weigh a pair that the files of units/successions.yaml hold")
        if link.whole if forward else makers[link.new, link.effective] == 1:
            problem = f"all of {result.origin}'s figure belongs to {result.into}: no weight is needed"
            raise table.error(row, problem, "take the row out, or turn its direction")
        if all(result.scope):
            raise table.error(row, "an indicator and a denominator kind are both given", "leave one of the two empty")
        shares = sums[result.origin, result.effective, result.direction, result.scope]
        if result.into in shares:
            raise table.error(row, "this share is stated already", "keep one of the two rows")
        shares[result.into] = result.value
        if sum(shares.values()) > 1:
            problem = f"the shares of {result.origin} add up to {sum(shares.values())}, more than 1"
            raise table.error(row, problem, "correct the shares: what a unit has can be given away once")
        results.append(result)
    return Weights(results)
