"""Base of all tables: names of constraints, and column types of Python types."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Enum, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase

from warehouse.models.exact import ExactNumber, UtcMoment, Words

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""One name for one constraint on every engine, so that a later migration can name what it changes."""

BIG_ID = BigInteger().with_variant(Integer(), "sqlite")
"""A growing number as key; SQLite counts up by itself only for INTEGER."""


class Base(DeclarativeBase):
    """Base class of the models; the migrations are compared with its `metadata`."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Words(),
        Decimal: ExactNumber(),
        datetime: UtcMoment(),
        dict[str, str]: JSON(),
        dict[str, int]: JSON(),
        dict[str, float]: JSON(),
    }


def choice(kind: type[StrEnum], name: str) -> Enum:
    """Return a text column type for an enum's values, with a check constraint."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )
