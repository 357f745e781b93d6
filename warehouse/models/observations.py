"""Observations: figures of accepted submissions with the cells they were read from."""

from decimal import Decimal

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from domain.observations import CellState
from warehouse.models.base import Base, choice


class ObservationRow(Base):
    """The figure of a file for a unit (the commune, or one of its villages) and an indicator.

    Written once, when the file is first accepted, and never changed: a correction is another submission. `state` is
    that of the whole, `*_state` those of the cells; a part the form does not have is empty. `value` is the share these
    two numbers make, in percent with two decimals, or the count; `stated` is the percentage the official typed.
    """

    __tablename__ = "observation"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True, autoincrement=False)
    unit_code: Mapped[str] = mapped_column(primary_key=True)
    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.id"), primary_key=True)
    state: Mapped[CellState] = mapped_column(choice(CellState, "state"))
    numerator: Mapped[Decimal | None]
    denominator: Mapped[Decimal | None]
    value: Mapped[Decimal | None]
    stated: Mapped[Decimal | None]
    sheet: Mapped[str]
    cell: Mapped[str]
    denominator_cell: Mapped[str | None]
    stated_cell: Mapped[str | None]
    numerator_state: Mapped[CellState] = mapped_column(choice(CellState, "numerator_state"))
    denominator_state: Mapped[CellState | None] = mapped_column(choice(CellState, "denominator_state"))
    stated_state: Mapped[CellState | None] = mapped_column(choice(CellState, "stated_state"))
    numerator_raw: Mapped[str]
    denominator_raw: Mapped[str | None]
    stated_raw: Mapped[str | None]
    stated_decimals: Mapped[int | None]
