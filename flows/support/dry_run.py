"""Dry runs: a context over the real warehouse whose changes are rolled back, with staging tables of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from connectors.landing import TrialLanding
from connectors.stores.local import LocalStore
from flows.support.context import AppContext
from warehouse.store.engine import Engine, normalise_url, open_engine, transaction, trial
from warehouse.submissions.staging import clear, create_staging


@contextmanager
def dry_run_context(context: AppContext, run_id: str, folder: Path) -> Iterator[AppContext]:
    """Derive a context whose warehouse changes are rolled back; it lands, publishes and replies below `folder`."""
    if not isinstance(context.engine, Engine):
        raise TypeError("a trial cannot be tried in")
    with _staging(context, run_id, folder) as (staging, url), trial(context.engine) as tried:
        yield replace(
            context,
            engine=tried,
            staging=staging,
            staging_url=url,
            landing=TrialLanding(context.landing, folder / "landing"),
            published=LocalStore(folder / "published"),
            outbox=LocalStore(folder / "outbox"),
            quality=None,
            settles_sources=False,
        )


@contextmanager
def own_staging(folder: Path) -> Iterator[tuple[Engine, str]]:
    """Create staging tables in a SQLite file in the folder; yield their engine and URL.

    A file rather than an in-memory database, because the rules open a connection of their own.
    """
    url = normalise_url(f"sqlite:///{folder / 'staging.db'}")
    engine = open_engine(url)
    try:
        create_staging(engine)
        yield engine, url
    finally:
        engine.dispose()


@contextmanager
def _staging(context: AppContext, run_id: str, folder: Path) -> Iterator[tuple[Engine, str]]:
    """Yield the staging tables that the rules, which open a connection of their own, can read.

    On PostgreSQL these are the warehouse's, as in any run; SQLite allows one writer at a time, so there it is a file.
    """
    if isinstance(context.staging, Engine) and context.staging.dialect.name == "postgresql":
        try:
            yield context.staging, context.staging_url
        finally:
            with transaction(context.staging) as session:
                clear(session, run_id)
        return
    with own_staging(folder) as made:
        yield made
