"""Quality and burden of reporting, counted anew at the end of runs."""

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models.base import Base


class QualityPeriodRow(Base):
    """A form and period of which a part of the units was counted, last at `counted_at` (UTC).

    `state` says of which judgements: another one means that quality and burden of the part have to be counted anew. The
    part "" is the whole period, and its `state` says of which judgements and publications.
    """

    __tablename__ = "quality_period"

    form: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    counted_at: Mapped[datetime]


class ReportQualityRow(Base):
    """What became of the first file of a unit's report: `failed` lines were returned, held or asked about.

    `is_unreadable`: returned because of the file as a whole. `is_corrected`: a file was accepted after it, or this one
    when it was judged again.
    """

    __tablename__ = "report_quality"
    __table_args__ = (ForeignKeyConstraint(["unit_code", "unit_valid_from"], ["org_unit.code", "org_unit.valid_from"]),)

    form: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(primary_key=True)
    unit_valid_from: Mapped[date] = mapped_column(primary_key=True)
    received_at: Mapped[datetime]
    failed: Mapped[int]
    is_returned: Mapped[bool]
    is_unreadable: Mapped[bool]
    is_corrected: Mapped[bool]


class LineBurdenRow(Base):
    """What a line of a form cost a part of the units in a period: these add up to `domain.quality.burden.LineBurden`.

    The part "" is the whole period, as it was counted before there were parts.

    `unchanged` of the `compared` figures are those of the unit's period before, `zero` of all `figures` are zero.
    """

    __tablename__ = "line_burden"

    form: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    indicator: Mapped[str] = mapped_column(primary_key=True)
    typed: Mapped[int]
    returned: Mapped[int]
    questioned: Mapped[int]
    unchanged: Mapped[int]
    compared: Mapped[int]
    zero: Mapped[int]
    figures: Mapped[int]
    is_published: Mapped[bool]
