"""Units, successions and areas mirrored from the catalogue, so that figures refer to a dated unit."""

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from domain.units import Level, SuccessionKind
from domain.weights import Direction
from warehouse.models.base import Base, choice


class OrgUnitRow(Base):
    """A unit from `valid_from` on. Codes are reused: the key is code *and* first day. Rows are never removed."""

    __tablename__ = "org_unit"

    code: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    name: Mapped[str]
    kind: Mapped[str]
    level: Mapped[Level] = mapped_column(choice(Level, "level"))
    parent_code: Mapped[str | None] = mapped_column(index=True)
    invented: Mapped[bool]


class SuccessionRow(Base):
    """Succession of an old unit, whole or in part, by a new one on a day, with its legal basis.

    The old unit ended on the day before `effective`, the new one began on it.
    """

    __tablename__ = "succession"

    old_code: Mapped[str] = mapped_column(primary_key=True)
    new_code: Mapped[str] = mapped_column(primary_key=True, index=True)
    effective: Mapped[date] = mapped_column(primary_key=True)
    whole: Mapped[bool]
    legal_basis: Mapped[str]
    kind: Mapped[SuccessionKind] = mapped_column(choice(SuccessionKind, "kind"))


class StatedWeightRow(Base):
    """The stated share of one unit's figure that belongs to another over a succession, from the newest catalogue.

    `indicator` and `denominator_kind` are empty where the share is for all of them.
    """

    __tablename__ = "stated_weight"

    origin_code: Mapped[str] = mapped_column(primary_key=True)
    into_code: Mapped[str] = mapped_column(primary_key=True)
    effective: Mapped[date] = mapped_column(primary_key=True)
    direction: Mapped[Direction] = mapped_column(choice(Direction, "direction"), primary_key=True)
    indicator: Mapped[str] = mapped_column(primary_key=True)
    denominator_kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Decimal]
    source: Mapped[str]


class NamedAreaRow(Base):
    """An area defined by an officer, with its boundary as of `as_of`. Rows are never removed."""

    __tablename__ = "named_area"

    id: Mapped[str] = mapped_column(primary_key=True)
    name_vi: Mapped[str]
    name_en: Mapped[str]
    level: Mapped[Level] = mapped_column(choice(Level, "level"))
    as_of: Mapped[date]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str]


class NamedAreaMemberRow(Base):
    """A member commune, as of the area's `as_of`, of an area in the newest catalogue."""

    __tablename__ = "named_area_member"

    area_id: Mapped[str] = mapped_column(ForeignKey("named_area.id"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(primary_key=True)
    unit_valid_from: Mapped[date]
