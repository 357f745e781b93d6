"""Findings of judgements: issues, and the tolerances used in reading."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from domain.issues import Severity
from warehouse.models.base import Base, choice


class IssueRow(Base):
    """An issue of a submission's `judgement`-th judgement."""

    __tablename__ = "issue"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True, autoincrement=False)
    judgement: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(index=True)
    severity: Mapped[Severity] = mapped_column(choice(Severity, "severity"))
    sheet: Mapped[str | None]
    cell: Mapped[str | None]
    found: Mapped[str | None]
    expected: Mapped[str | None]
    indicator: Mapped[str | None]
    unit: Mapped[str | None]
    facts: Mapped[dict[str, str]]


class RepairRow(Base):
    """One tolerance used in reading a submission: what the cell held, and what it was read as."""

    __tablename__ = "repair"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True, autoincrement=False)
    judgement: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rule: Mapped[str]
    sheet: Mapped[str]
    cell: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
