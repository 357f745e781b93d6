"""Record of what people decided, as a chain of hashes."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models.base import BIG_ID, Base


class AuditRow(Base):
    """A row that holds a person's decision, as it was when it was written or last changed.

    `number` counts from 1 without gaps, `at` is when the record was made (UTC), `subject` the table and key of the row,
    `facts` its columns as JSON. `sha256` is that of the record before and of all these, with `facts_sha256` in place of
    `facts` where there is one. Rows are only added; `facts` that name people are emptied when they are old.
    """

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(BIG_ID, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    subject: Mapped[str]
    facts: Mapped[str]
    facts_sha256: Mapped[str | None]
    sha256: Mapped[str] = mapped_column(unique=True)
