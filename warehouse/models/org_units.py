"""Units and what became of them: the catalogue's register, mirrored so that every figure points at a dated unit."""

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from domain.units import Level
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
    """One old unit passing, whole or in part, into one new unit on a day, and the text that says so."""

    __tablename__ = "succession"

    old_code: Mapped[str] = mapped_column(primary_key=True)
    new_code: Mapped[str] = mapped_column(primary_key=True, index=True)
    effective: Mapped[date] = mapped_column(primary_key=True)
    whole: Mapped[bool]
    legal_basis: Mapped[str]
