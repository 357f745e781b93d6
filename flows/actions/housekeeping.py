"""Remove old staging rows of killed runs, quality pages and data of people; no submissions, nor published files."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flows.support.context import AppContext
from flows.support.settings import Settings
from warehouse.officers.retention import remove_old_people
from warehouse.store.engine import transaction
from warehouse.submissions.staging import clear_abandoned

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HousekeepingResult:
    """Number of quality pages removed, and of entries about people."""

    pages: int
    people: int


def remove_expired(context: AppContext, settings: Settings) -> HousekeepingResult:
    """Remove what is older than the settings allow.

    Prefect's own records are not included: its server removes them itself, as configured by `flows.support.settings`.
    """
    now = context.clock()
    with transaction(context.engine) as session:
        clear_abandoned(session, now - timedelta(days=settings.keep_staging_days))
        users_before = now - timedelta(days=settings.keep_users_days)
        contacts_before = now - timedelta(days=settings.keep_contacts_days)
        people = remove_old_people(session, users_before, contacts_before, now)
    _LOG.info("removed data of %s users, %s contacts, %s addresses", people.users, people.contacts, people.addresses)
    context.landing.clear_drafts(now - timedelta(days=settings.keep_staging_days))
    pages = list(_older(settings.quality, now - timedelta(days=settings.keep_quality_days)))
    for page in pages:
        page.unlink(missing_ok=True)
        _LOG.info("removed %s", page)
    return HousekeepingResult(len(pages), people.total)


def _older(folder: Path, moment: datetime) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.stat().st_mtime < moment.timestamp():
            yield path
