"""Tidy up by age: what killed runs had staged, and quality pages; never what communes sent, nor what was published."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flows.support.context import AppContext
from flows.support.settings import Settings
from warehouse.store.engine import transaction
from warehouse.submissions.staging import clear_abandoned

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HousekeepingResult:
    """How many quality pages went."""

    pages: int


def remove_expired(context: AppContext, settings: Settings) -> HousekeepingResult:
    """Remove what is older than the settings say.

    Prefect's own records are not among it: its server removes them itself, told so by `flows.settings`.
    """
    now = context.clock()
    with transaction(context.engine) as session:
        clear_abandoned(session, now - timedelta(days=settings.keep_staging_days))
    context.landing.clear_drafts(now - timedelta(days=settings.keep_staging_days))
    pages = list(_older(settings.quality, now - timedelta(days=settings.keep_quality_days)))
    for page in pages:
        page.unlink(missing_ok=True)
        _LOG.info("removed %s", page)
    return HousekeepingResult(len(pages))


def _older(folder: Path, moment: datetime) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.stat().st_mtime < moment.timestamp():
            yield path
