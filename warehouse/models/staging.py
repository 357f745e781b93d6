"""The staging tables, made from the row types that `domain/staging.py` shares with the rules."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from types import NoneType
from typing import Any, get_args, get_type_hints

from sqlalchemy import Column, Index, Integer, MetaData, Table
from sqlalchemy.types import TypeEngine

from domain.staging import TABLES, StagedRow
from warehouse.models.base import Base
from warehouse.models.exact import RuleNumber, Words


def _column_type(kind: type) -> TypeEngine[Any]:
    if issubclass(kind, Decimal):
        return RuleNumber()
    if issubclass(kind, int):
        return Integer()
    if issubclass(kind, StrEnum | str):
        return Words()
    raise TypeError(f"no staging column type for {kind}")


def _table(name: str, row: type[StagedRow], metadata: MetaData) -> Table:
    hints = get_type_hints(row)
    columns = []
    for name_of_column in row._fields:
        kinds = get_args(hints[name_of_column]) or (hints[name_of_column],)
        (kind,) = (each for each in kinds if each is not NoneType)
        columns.append(Column(name_of_column, _column_type(kind), nullable=NoneType in kinds))
    # Rules join a report's figures to its past and to what is due line by line: each by report and indicator.
    looked_up = [item for item in ("run_id", "submission_id", "indicator") if item in hints]
    return Table(name, metadata, *columns, Index(f"ix_{name}_{'_'.join(looked_up)}", *looked_up))


STAGING: Mapping[type[StagedRow], Table] = {row: _table(name, row, Base.metadata) for name, row in TABLES.items()}
"""Row type to table. No primary key: rows live for one run, and the rules must see duplicates."""
