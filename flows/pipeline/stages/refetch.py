"""Refetch: make good landed files that were damaged since they came, from the sources that still have them."""

import logging
from collections.abc import Collection, Mapping

from connectors.base import (
    Connector,
    FileChangedError,
    FileUnreadableError,
    RemoteFile,
    SourceMissingError,
    SourceRefusedError,
    SourceUnavailableError,
    UnsafePathError,
)
from flows.pipeline.outcome import DAMAGED
from flows.support.context import AppContext
from warehouse.queries.records import submission_of
from warehouse.store.engine import Session, reading, transaction
from warehouse.submissions.arrivals import fingerprints_of
from warehouse.submissions.revalidation import refused_for, request_revalidation
from warehouse.submissions.submissions import Pending, pending

_LOG = logging.getLogger(__name__)


def damaged_files(context: AppContext) -> frozenset[str]:
    """Return the sha256 of files that wait to be judged, or were refused for their damage, and are not whole."""
    with reading(context.engine) as session:
        waiting = [submission.sha256 for submission in (*pending(session), *refused_for(session, DAMAGED))]
    landing = context.landing
    return frozenset(each for each in waiting if not landing.is_whole(each) and not landing.is_apart(each))


def refetch(context: AppContext, digests: Collection[str]) -> int:
    """Land the files of these sha256 once more, where their source still has them unchanged.

    Returns:
        How many are whole again.
    """
    with reading(context.engine) as session:
        wanted = fingerprints_of(session, digests)
    for connector in context.connectors:
        _land_again(context, connector, wanted.get(connector.name, {}))
    return sum(context.landing.is_whole(digest) for digest in digests)


def requeue_mended(context: AppContext) -> int:
    """Queue the reports refused for damage whose bytes are whole again: fetched, sent over the old ones or restored.

    Where they were sent under another name, that submission is judged in their place.
    """
    with reading(context.engine) as session:
        mended = [
            submission.id
            for submission in refused_for(session, DAMAGED)
            if context.landing.is_whole(submission.sha256) and _is_newest(session, submission)
        ]
    if mended:
        with transaction(context.engine) as session:
            request_revalidation(session, mended)
    return len(mended)


def _is_newest(session: Session, submission: Pending) -> bool:
    newest = submission_of(session, submission.sha256)
    return newest is not None and newest.file.submission_id == submission.id


def _land_again(context: AppContext, connector: Connector, wanted: Mapping[str, str]) -> None:
    """Land the files of a source that have one of these fingerprints; each leads to the sha256 it had."""
    if not wanted:
        return
    try:
        present = [file for file in connector.list() if file.fingerprint in wanted]
    except (SourceUnavailableError, SourceMissingError, SourceRefusedError) as error:
        _LOG.warning("damaged files cannot be fetched again now: %s", error)
        return
    for file in present:
        _land(context, connector, file)


def _land(context: AppContext, connector: Connector, file: RemoteFile) -> None:
    try:
        digest = context.landing.land_new(connector.fetch(file))[0]
    except (FileChangedError, FileUnreadableError, SourceUnavailableError, UnsafePathError) as error:
        _LOG.warning("a damaged file cannot be fetched again: %s", error)
    else:
        _LOG.info("fetched %s again by way of %s", digest, connector.name)
