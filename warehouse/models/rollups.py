"""Rollups: numbered revisions of an area's figures, each with all that it is made from."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import JSON, ForeignKey, Subquery, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from domain.rollups import Boundary, Finality, ReportingState, RollupStatus
from warehouse.models.base import BIG_ID, Base, choice


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
    finality: Mapped[Finality] = mapped_column(choice(Finality, "finality"), default=Finality.PRELIMINARY)


class RollupFigureRow(Base):
    """One published row of a revision, without the columns of the revision as a whole."""

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
    """Contribution of one submission to one figure of the revision that stored it first.

    `period` is the base period that the submission reports; a quarter's figure has one row per unit and month.
    Numerator and denominator are the sums over the cells; what enters the figure is `weight` of them, empty: all.
    `above_code` is the unit above the one that reports: with the contributions of all units below it the row is
    shared between revisions (`RollupSourceRow`), and read by `CONTRIBUTED`. It is empty in rows older than that.
    """

    __tablename__ = "rollup_contribution"

    revision_id: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"), primary_key=True, autoincrement=False)
    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.id"), primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(primary_key=True)
    unit_valid_from: Mapped[date]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    numerator: Mapped[Decimal]
    denominator: Mapped[Decimal | None]
    weight: Mapped[Decimal | None]
    weight_source: Mapped[str | None]
    above_code: Mapped[str] = mapped_column(default="", server_default="")


class RollupSourceRow(Base):
    """The revision that stored a revision's contributions of the units below `above_code`: itself, or an earlier one.

    There is none where no report of these units is accepted. A revision older than the table stored all its own, below
    an empty code.
    """

    __tablename__ = "rollup_source"

    revision_id: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"), primary_key=True, autoincrement=False)
    above_code: Mapped[str] = mapped_column(primary_key=True)
    stored_by: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"), index=True)


class RollupSubtotalRow(Base):
    """What the reports of the units below `above_code` give for each figure, with the revision that stored them first.

    `inputs_sha256` is a hash of all that this is computed from, so that another revision made from the same takes it.
    `figures` are, by indicator, those of `warehouse.rollups.subtotals`.
    """

    __tablename__ = "rollup_subtotal"

    inputs_sha256: Mapped[str] = mapped_column(primary_key=True)
    stored_by: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"), index=True)
    above_code: Mapped[str]
    figures: Mapped[dict[str, list[object]]] = mapped_column(JSON())


class RollupPartRow(Base):
    """A part of a derived indicator's figure of a revision: `part` is the indicator, in the order of `position`.

    `points` are the most that it adds to an index; empty in a sum of parts.
    """

    __tablename__ = "rollup_part"

    revision_id: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"), primary_key=True, autoincrement=False)
    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part: Mapped[str] = mapped_column(ForeignKey("indicator.id"))
    points: Mapped[Decimal | None]


class RollupUnitRow(Base):
    """Reporting status of an expected unit for a base period when the revision was made.

    `submission_id` is the accepted one, else the refused one; `judgement` is that submission's then, `received_at` its
    first delivery as known then: a revision written again has to be equal. `first_received_at` is that of the unit's
    first placeable file, by which it is late or not (None: there is none; of revisions older than migration 0020: that
    of the counted file). `whole` states whether the unit lies wholly in the area; `through` names the successions
    between its day and the area's (old code, new code, day), and `villages` those of its villages inside, where the
    unit lies there in part and all its villages are known.
    """

    __tablename__ = "rollup_unit"

    revision_id: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"), primary_key=True, autoincrement=False)
    period: Mapped[str] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(primary_key=True)
    unit_valid_from: Mapped[date]
    state: Mapped[ReportingState] = mapped_column(choice(ReportingState, "state"))
    late: Mapped[bool]
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    judgement: Mapped[int | None]
    received_at: Mapped[datetime | None]
    first_received_at: Mapped[datetime | None]
    whole: Mapped[bool]
    through: Mapped[list[list[str]]] = mapped_column(JSON())
    villages: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))


class RollupCountedFormRow(Base):
    """The form whose reports count for a figure in a base period, where it is another than the revision's."""

    __tablename__ = "rollup_counted_form"

    revision_id: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"), primary_key=True, autoincrement=False)
    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.id"), primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    form: Mapped[str]


class RollupOtherReportRow(Base):
    """Reporting status of a unit's report of another form that counts in the revision, as `RollupUnitRow` has it."""

    __tablename__ = "rollup_other_report"

    revision_id: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"), primary_key=True, autoincrement=False)
    form: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(primary_key=True)
    unit_valid_from: Mapped[date]
    state: Mapped[ReportingState] = mapped_column(choice(ReportingState, "state"))
    late: Mapped[bool]
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    judgement: Mapped[int | None]
    received_at: Mapped[datetime | None]
    first_received_at: Mapped[datetime | None]


class RollupBesideRow(Base):
    """Amount that an accepted report of a form that does not count gave for a figure when the revision was made.

    It is in no sum; numerator and denominator are sums over its cells.
    """

    __tablename__ = "rollup_beside"

    revision_id: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"), primary_key=True, autoincrement=False)
    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.id"), primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(primary_key=True)
    unit_valid_from: Mapped[date]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    numerator: Mapped[Decimal]
    denominator: Mapped[Decimal | None]


class RollupChangeRow(Base):
    """A changed column of a revision, and the submission that changed it, if one did."""

    __tablename__ = "rollup_change"

    revision_id: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    indicator: Mapped[str]
    column_name: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))


class RollupSeenRow(Base):
    """Log position that a rollup has taken into account: a nightly run can resume, and skips what has not changed.

    It consists of the last event, delivery, placement and waiver, the structure version of the catalogue, and the day
    in Vietnam. `asked` marks figures requested by a person, beside those of every nightly run.
    """

    __tablename__ = "rollup_seen"

    area_code: Mapped[str] = mapped_column(primary_key=True)
    area_valid_from: Mapped[date] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    boundary: Mapped[Boundary] = mapped_column(choice(Boundary, "boundary"), primary_key=True)
    event_id: Mapped[int] = mapped_column(BIG_ID)
    delivery_id: Mapped[int] = mapped_column(BIG_ID)
    placement_id: Mapped[int] = mapped_column(BIG_ID)
    structure_version: Mapped[str]
    asked: Mapped[bool]
    waiver_id: Mapped[int] = mapped_column(BIG_ID)
    looked_on: Mapped[date]


class RollupReviewRow(Base):
    """Log position at which all figures of the areas of nightly runs were rolled up: a single row, with id 1.

    It consists of the last event, delivery, placement and waiver, of versions of the catalogue, the areas' codes and
    the day in Vietnam. `open_years` are years to review again nevertheless, separated by spaces.
    """

    __tablename__ = "rollup_review"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BIG_ID)
    delivery_id: Mapped[int] = mapped_column(BIG_ID)
    placement_id: Mapped[int] = mapped_column(BIG_ID)
    waiver_id: Mapped[int] = mapped_column(BIG_ID)
    catalog_version: Mapped[str]
    structure_version: Mapped[str]
    areas: Mapped[str]
    reviewed_on: Mapped[date]
    open_years: Mapped[str]


class PublicationRow(Base):
    """Publication of a revision: where to, and when."""

    __tablename__ = "publication"

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"), index=True)
    path: Mapped[str]
    at: Mapped[datetime]


def _contributed() -> Subquery:
    source, stored = RollupSourceRow, RollupContributionRow
    columns = (column for column in stored.__table__.c if column.name not in {"revision_id", "above_code"})
    return (
        select(source.revision_id, source.stored_by, source.above_code, *columns)
        .join(stored, (stored.revision_id == source.stored_by) & (stored.above_code == source.above_code))
        .subquery("contributed")
    )


CONTRIBUTED: Final = _contributed()
"""Contributions to each revision, whichever stored them; columns as of `RollupContributionRow`, and `stored_by`."""
