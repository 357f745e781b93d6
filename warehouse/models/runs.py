"""Runs of the pipeline: time, catalogue version and counts, and acts of officers that wait for one to end."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models.base import BIG_ID, Base


class RunRow(Base):
    """One run; `finished_at` stays empty when it was killed. `counts` are whatever the run counted, by name.

    `reason` and `actor` are a person's who started it; empty for a scheduled one. `stage_seconds` are seconds of wall
    time by stage. Runs before version 0.2 have neither actor nor seconds.
    """

    __tablename__ = "run"

    run_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    reason: Mapped[str | None]
    catalog_version: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    counts: Mapped[dict[str, int]]
    stage_seconds: Mapped[dict[str, float] | None]
    actor: Mapped[str | None]


class RunHolderRow(Base):
    """The run that holds the lock, named to those that wait for it; at most one row, and no lock by itself.

    The row of a killed run stays until the next run takes the lock, which the killed one no longer holds.
    """

    __tablename__ = "run_holder"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    run_id: Mapped[str]
    kind: Mapped[str]
    host: Mapped[str]
    process: Mapped[int]
    since: Mapped[datetime]


class WaitingActRow(Base):
    """An act that waits to be carried out, as it was confirmed: by whom, why, about what, with which fields.

    `run_id` is that of the run which it makes; `seen` the hash of the state that its preview rested on; `user_name` the
    log-in name, empty where the office shares one password. `begun_at` is when it was first begun, `ended_at` is empty
    while it waits; `refusal` says why it was not carried out, `cancelled_by` who cancelled it. Rows are never deleted.
    """

    __tablename__ = "waiting_act"

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    run_id: Mapped[str] = mapped_column(unique=True)
    act: Mapped[str]
    subject: Mapped[dict[str, str]]
    filled_in: Mapped[dict[str, str]]
    reason: Mapped[str]
    actor: Mapped[str]
    user_name: Mapped[str]
    lang: Mapped[str]
    seen: Mapped[str]
    confirmed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    refusal: Mapped[str | None]
    begun_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None]
