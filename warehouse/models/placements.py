"""Placements: unit, form and period that each reading of a submission identified."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models.base import BIG_ID, Base


class PlacementRow(Base):
    """A reading that placed a submission differently than the one before; empty where it could not be placed.

    The submission has its current placement; these rows have the placement at any earlier moment.
    """

    __tablename__ = "placement"
    __table_args__ = (Index("ix_placement_form_period", "form", "period"),)

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    at: Mapped[datetime]
    unit_code: Mapped[str | None]
    unit_valid_from: Mapped[date | None]
    form: Mapped[str | None]
    period: Mapped[str | None]
    version: Mapped[int | None]
