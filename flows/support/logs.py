"""The log of a home: one JSON object per line, one file per day."""

import logging
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.types import EventDict, WrappedLogger

from domain.vietnam_time import VIETNAM
from flows.support.masking import Masking
from flows.support.settings import LOGGERS

KEPT: Final = timedelta(days=90)
"""Retention of log files; anything to be kept permanently is in the warehouse."""


def log_to_file(folder: Path, now: datetime) -> None:
    """Direct the log records of our packages to today's file in a folder; idempotent.

    A line holds the time (UTC), level, logger, message, and `run`, `kind`, `submission`, `unit`, `period` where known.
    Folder and file are created with the first record.
    """
    path = folder / f"{now.astimezone(VIETNAM):%Y-%m-%d}.jsonl"
    for logger_name in LOGGERS:
        logger = logging.getLogger(logger_name)
        if any(isinstance(handler, _DayFile) and handler.path == path for handler in logger.handlers):
            continue
        for old in [handler for handler in logger.handlers if isinstance(handler, _DayFile)]:
            logger.removeHandler(old)
            old.close()
        logger.addHandler(_DayFile(path, now))
        logger.setLevel(logging.INFO)


def bind_run(run_id: str, kind: str) -> AbstractContextManager[None]:
    """Add the run to every record logged within the block."""
    return bound_contextvars(run=run_id, kind=kind)


class _DayFile(logging.FileHandler):
    def __init__(self, path: Path, now: datetime) -> None:
        super().__init__(path, encoding="utf-8", delay=True)
        self.path = path
        self._oldest = now - KEPT
        self.addFilter(Masking())
        self.setFormatter(
            ProcessorFormatter(
                foreign_pre_chain=[merge_contextvars, add_log_level, add_logger_name, ExtraAdder(), _plain_names],
                processors=[
                    ProcessorFormatter.remove_processors_meta,
                    structlog.processors.TimeStamper("iso", utc=True, key="at"),
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
            )
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; the first one creates the folder and removes old files."""
        if self.stream is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            for old in self.path.parent.glob("*.jsonl"):
                if old.stem < f"{self._oldest:%Y-%m-%d}":
                    old.unlink(missing_ok=True)
        super().emit(record)


def _plain_names(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Keep only our own fields: Prefect adds its ids to records that pass through it."""
    about = ("submission", "submissions", "unit", "period", "state", "codes", "counts")
    ours = ("event", "level", "logger", "run", "kind", *about)
    # ProcessorFormatter's own keys begin with an underscore; it takes them out again.
    kept = {name: value for name, value in event.items() if name in ours or name.startswith("_")}
    traceback = event["_record"].exc_text
    return kept | {"exception": traceback} if traceback else kept
