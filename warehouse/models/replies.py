"""Replies: what was given back to the senders of submissions."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models.base import Base


class ReplyRow(Base):
    """That the outcome of a submission's `judgement`-th judgement was given back, when (UTC), by which run.

    `folder` is where in the outbox it lies; empty for reports judged before anything was given back.
    """

    __tablename__ = "reply"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True, autoincrement=False)
    judgement: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    accepted: Mapped[bool]
    given_at: Mapped[datetime]
    run_id: Mapped[str | None]
    folder: Mapped[str]
