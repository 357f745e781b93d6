"""Replies to deliveries, and the judgements that each of them answers."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models.base import BIG_ID, Base


class ReplyRow(Base):
    """The `number`-th reply to a delivery: when it was given (UTC), and by which run.

    `folder` is its folder in the outbox; empty for deliveries judged before replies existed.
    """

    __tablename__ = "reply"
    __table_args__ = (UniqueConstraint("delivery_id", "number"),)

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    number: Mapped[int]
    given_at: Mapped[datetime]
    run_id: Mapped[str | None]
    folder: Mapped[str]


class RepliedJudgementRow(Base):
    """A submission's `judgement`-th judgement, and the reply that told its outcome first."""

    __tablename__ = "replied_judgement"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True, autoincrement=False)
    judgement: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reply_id: Mapped[int] = mapped_column(ForeignKey("reply.id"), index=True)
    accepted: Mapped[bool]
