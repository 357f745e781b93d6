"""Dovecot beside pymap: the tests of all kinds and of mailboxes, on the server that most offices have."""

from collections.abc import Iterator
from pathlib import Path

import pytest

# Each is run here with the fixture `server` of this module.
from tests.connectors.test_imap import (  # noqa: F401
    test_a_certificate_of_an_unknown_authority_is_refused,
    test_a_large_mail_is_not_downloaded,
    test_a_mail_is_flagged_once_all_its_files_have_landed,
    test_a_mailbox_that_is_numbered_anew_changes_nothing,
    test_mails_are_looked_at_once,
    test_mails_are_moved,
    test_who_sent_a_mail_is_kept,
)
from tests.connectors.test_kinds import (  # noqa: F401
    test_a_cut_connection_starts_again,
    test_files_are_listed_and_fetched,
    test_the_cost_is_that_of_new_files,
)
from tests.full.servers.debian_servers import MailServer, dovecot_server

pytestmark = pytest.mark.full


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    """A mailbox of Dovecot."""
    with dovecot_server(tmp_path) as started:
        yield started
