"""Rollups: numbered revisions of an area's figures, each with all that it rests on."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.rollups import Boundary, RollupStatus
from warehouse.models.base import BIG_ID, Base, choice
from warehouse.unit_state import UnitState


class RollupRevisionRow(Base):
    """The n-th version of an area's figures for a form and period. Rows of a revision never change."""

    __tablename__ = "rollup_revision"
    __table_args__ = (
        UniqueConstraint(
            "area_code", "area_valid_from", "form", "period", "boundary", "number", name="uq_rollup_revision_number"
        ),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    area_code: Mapped[str]
    area_valid_from: Mapped[date]
    area_name: Mapped[str]
    form: Mapped[str]
    period: Mapped[str]
    boundary: Mapped[Boundary] = mapped_column(choice(Boundary, "boundary"))
    number: Mapped[int]
    run_id: Mapped[str]
    published_at: Mapped[datetime]
    catalog_version: Mapped[str]
    content_sha256: Mapped[str]


class RollupFigureRow(Base):
    """One published row of a revision; the columns that belong to the whole revision stand there."""

    __tablename__ = "rollup"

    revision_id: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"), primary_key=True, autoincrement=False)
    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.id"), primary_key=True)
    position: Mapped[int]
    value: Mapped[Decimal | None]
    numerator: Mapped[Decimal | None]
    denominator: Mapped[Decimal | None]
    denominator_kind: Mapped[str]
    target: Mapped[Decimal | None]
    target_assumed: Mapped[bool | None]
    attained: Mapped[bool | None]
    units_expected: Mapped[int]
    units_accepted: Mapped[int]
    units_late: Mapped[int]
    units_missing: Mapped[int]
    status: Mapped[RollupStatus] = mapped_column(choice(RollupStatus, "status"))
    notes: Mapped[str]


class RollupContributionRow(Base):
    """What one unit's submission gave to one figure of a revision: the way down to the cells."""

    __tablename__ = "rollup_contribution"

    revision_id: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"), primary_key=True, autoincrement=False)
    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.id"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(primary_key=True)
    unit_valid_from: Mapped[date]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    numerator: Mapped[Decimal]
    denominator: Mapped[Decimal | None]


class RollupUnitRow(Base):
    """How a unit that owed the form stood when the revision was made.

    `submission_id` is the accepted one, else the refused one; `judgement` is that submission's then, and `received_at`
    its first delivery as known then: a revision written again has to say the same.
    """

    __tablename__ = "rollup_unit"

    revision_id: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"), primary_key=True, autoincrement=False)
    unit_code: Mapped[str] = mapped_column(primary_key=True)
    unit_valid_from: Mapped[date]
    state: Mapped[UnitState] = mapped_column(choice(UnitState, "state"))
    late: Mapped[bool]
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    judgement: Mapped[int | None]
    received_at: Mapped[datetime | None]


class RollupChangeRow(Base):
    """A figure that a revision moved, and the submission that moved it, if one did."""

    __tablename__ = "rollup_change"

    revision_id: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    indicator: Mapped[str]
    column_name: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))


class RollupSeenRow(Base):
    """Up to which event of the submissions' log an area's figures have been looked at; makes the night restartable."""

    __tablename__ = "rollup_seen"

    area_code: Mapped[str] = mapped_column(primary_key=True)
    area_valid_from: Mapped[date] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    boundary: Mapped[Boundary] = mapped_column(choice(Boundary, "boundary"), primary_key=True)
    event_id: Mapped[int] = mapped_column(BIG_ID)


class RollupScopeRow(Base):
    """Working table of one rollup: which unit is expected to give which indicator. Empty between rollups."""

    __tablename__ = "rollup_scope"

    unit_code: Mapped[str] = mapped_column(primary_key=True)
    unit_valid_from: Mapped[date] = mapped_column(primary_key=True)
    indicator: Mapped[str] = mapped_column(primary_key=True)
    by_village: Mapped[bool]
    needs_denominator: Mapped[bool]


class PublicationRow(Base):
    """A revision given out: where to, and when."""

    __tablename__ = "publication"

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"), index=True)
    path: Mapped[str]
    at: Mapped[datetime]
