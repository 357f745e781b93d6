"""Replies sent for submissions."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models.base import Base


class ReplyRow(Base):
    """The reply to a submission's `judgement`-th judgement: when it was given (UTC), and by which run.

    `folder` is its folder in the outbox; empty for reports judged before replies existed.
    """

    __tablename__ = "reply"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True, autoincrement=False)
    judgement: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    accepted: Mapped[bool]
    given_at: Mapped[datetime]
    run_id: Mapped[str | None]
    folder: Mapped[str]
