"""Where a submission was placed, and when: reading again may tell another unit, form or period."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models.base import BIG_ID, Base


class PlacementRow(Base):
    """One reading that placed a submission elsewhere than the reading before; empty where it could not be placed.

    The submission itself says where it stands now; these rows say where it stood at any earlier moment.
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
