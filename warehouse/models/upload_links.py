"""Links to the upload page: which unit may report by which of them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models.base import BIG_ID, Base


class UploadLinkRow(Base):
    """A person's decision about a link of one commune: to make it, or to revoke it (`revokes`).

    Of the link's token only the sha256 is kept; a revocation has none. Rows are only added.
    """

    __tablename__ = "upload_link"
    __table_args__ = (
        CheckConstraint("valid_from <= valid_to", name="days"),
        CheckConstraint("(token_sha256 IS NULL) <> (revokes IS NULL)", name="made_or_revoked"),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    token_sha256: Mapped[str | None] = mapped_column(unique=True)
    unit: Mapped[str]
    unit_valid_from: Mapped[date]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    at: Mapped[datetime]
    actor: Mapped[str]
    reason: Mapped[str]
    revokes: Mapped[int | None] = mapped_column(ForeignKey("upload_link.id"), unique=True)
