"""Housekeeping removes by age what can be made again, and nothing that communes sent or that was published."""

import os
from datetime import timedelta
from pathlib import Path

from flows.actions.housekeeping import remove_expired
from tests.flows.pipeline.nightly_runs import NOW, context_of, settings_of

OLD = NOW - timedelta(days=500)


def test_only_old_pages_are_removed(after_night: Path) -> None:
    """Of two quality pages the old one is removed; landed and published files stay, however old."""
    pages = after_night / "quality" / "submissions"
    pages.mkdir(parents=True, exist_ok=True)
    for name, moment in {"old.html": OLD, "new.html": NOW}.items():
        (pages / name).write_text("page", encoding="utf-8")
        os.utime(pages / name, (moment.timestamp(), moment.timestamp()))
    kept = [path for folder in ("landing", "published") for path in (after_night / folder).rglob("*") if path.is_file()]
    for path in kept:
        os.utime(path, (OLD.timestamp(), OLD.timestamp()))
    tidied = remove_expired(context_of(after_night), settings_of(after_night))
    assert tidied.pages >= 1
    assert (pages / "new.html").exists()
    assert not (pages / "old.html").exists()
    assert [path for path in kept if not path.exists()] == []


def test_retention_is_a_setting(after_night: Path) -> None:
    """A page of yesterday is removed under a shorter retention."""
    page = after_night / "quality" / "nights" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("page", encoding="utf-8")
    moment = (NOW - timedelta(days=3)).timestamp()
    os.utime(page, (moment, moment))
    assert remove_expired(context_of(after_night), settings_of(after_night, keep_quality_days=2)).pages >= 1
    assert not page.exists()
