"""Closings of published figures of an area and period, with who reopened them and why; files of archived periods."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models.base import BIG_ID, Base


class ClosingRow(Base):
    """One closing of an area's figures at a revision; `reopened_at` is empty while it is in force.

    `missing` counts the units that were missing when a partial revision was closed. `bundle` is the archive's place
    under the home, `bundle_sha256` the hash of all its bytes. A closing is never deleted: reopening fills the last
    three columns, and closing again makes another row.
    """

    __tablename__ = "closing"
    __table_args__ = (
        CheckConstraint(
            "(reopened_at IS NULL) = (reopened_by IS NULL) AND (reopened_at IS NULL) = (reopen_reason IS NULL)",
            name="reopened",
        ),
        # A revision has at most one closing in force: enforced by the database.
        Index(
            "uq_closing_standing",
            "revision_id",
            unique=True,
            sqlite_where=text("reopened_at IS NULL"),
            postgresql_where=text("reopened_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("rollup_revision.id"))
    closed_at: Mapped[datetime]
    closed_by: Mapped[str]
    missing: Mapped[int]
    bundle: Mapped[str]
    bundle_sha256: Mapped[str]
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[str | None]
    reopen_reason: Mapped[str | None]


class ArchivedFileRow(Base):
    """A Parquet file that has the rows of a table for a form and period in place of the table.

    `path` is its place below the home's `archive`, `size` is in bytes, `migration` the newest migration then, `program`
    the version that wrote it. Rows are removed when the period is restored.
    """

    __tablename__ = "archived_file"

    form: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    table_name: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str]
    sha256: Mapped[str]
    row_count: Mapped[int] = mapped_column(BIG_ID)
    size: Mapped[int] = mapped_column(BIG_ID)
    migration: Mapped[str]
    program: Mapped[str]
    archived_at: Mapped[datetime]
    archived_by: Mapped[str]
