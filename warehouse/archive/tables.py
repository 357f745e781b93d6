"""Tables whose rows move to Parquet with their period, and the types of their columns there."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Column, Date, Enum, Integer, Table

from warehouse.models import Base, ObservationRow, RollupContributionRow, RollupRevisionRow, SubmissionRow
from warehouse.models.exact import ExactNumber, Words, canonical
from warehouse.store.bulk import table_of

if TYPE_CHECKING:
    import pyarrow as pa

_DIGITS, _DECIMALS = 24, 6  # as the warehouse keeps them


@dataclass(frozen=True)
class ArchivedTable:
    """A table whose rows are archived with the form and period of their owner (a submission, for instance).

    `key` names the column that refers to the owner. `order` are the columns by which rows are sorted in a file, the key
    first: the database sorts them, so that readers meet texts in the order in which it does.
    """

    model: type[Base]
    key: str
    owner: type[Base]
    order: tuple[str, ...]

    @cached_property
    def table(self) -> Table:
        """The table itself."""
        return table_of(self.model)

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name


OBSERVATIONS: Final = ArchivedTable(
    ObservationRow, "submission_id", SubmissionRow, ("submission_id", "sheet", "unit_code", "indicator")
)
CONTRIBUTIONS: Final = ArchivedTable(
    RollupContributionRow, "revision_id", RollupRevisionRow, ("revision_id", "unit_code", "indicator", "period")
)
ARCHIVED_TABLES: Final = (OBSERVATIONS, CONTRIBUTIONS)


def arrow_type(column: Column[Any]) -> "pa.DataType":
    """Return the type of a column in Parquet: exact decimals, texts, whole numbers, days.

    Raises:
        TypeError: no type is set down for such a column.
    """
    import pyarrow as pa  # noqa: PLC0415 # 0.2 s: only where something is archived

    kinds = (
        (ExactNumber, pa.decimal128(_DIGITS, _DECIMALS)),
        (Enum, pa.string()),
        (Words, pa.string()),
        (Date, pa.date32()),
        (Integer, pa.int64()),
    )
    for kind, result in kinds:
        if isinstance(column.type, kind):
            return result
    raise TypeError(f"no type in Parquet for {column}")


def as_read(column: Column[Any], values: list[Any]) -> list[Any]:
    """Return values of a Parquet column as the database returns them."""
    if isinstance(column.type, ExactNumber):
        return [None if value is None else canonical(value) for value in values]
    if isinstance(column.type, Enum) and column.type.enum_class is not None:
        kinds = {member.value: member for member in column.type.enum_class}
        return [None if value is None else kinds[value] for value in values]
    return values


def default_of(column: Column[Any]) -> object:
    """Return what rows of before a column was added have in it."""
    default = column.default
    return default.arg if default is not None and default.is_scalar and hasattr(default, "arg") else None
