"""A share of Samba: what clients of SMB put there is collected from the folder that the server keeps it in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.registry import open_source
from domain.catalog.sources import After
from flows.pipeline.stages.collect import Collection
from tests.connectors.source_servers import access_to

# Run here with the fixture `server` of this module.
from tests.connectors.test_kinds import test_files_are_listed_and_fetched  # noqa: F401
from tests.flows.pipeline.nightly_runs import NOW, context_of, rows_of
from tests.full.servers.debian_servers import SambaServer, samba_server

pytestmark = pytest.mark.full
AT = NOW - timedelta(days=1)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SambaServer]:
    """A share of Samba."""
    with samba_server(tmp_path) as started:
        yield started


def test_what_lands_is_moved_and_sent_again(server: SambaServer, home: Path, tmp_path: Path) -> None:
    """A client sees its file moved, and may put another one of the same name, which is collected, too."""
    source = open_source(access_to(server, tmp_path, after=After.MOVED))
    context = replace(context_of(home), connectors=[source])
    for data in (b"first", b"second, longer"):
        server.put("Xã Lâm Sơn/BC.xlsx", data, AT)
        assert Collection(context, "run").collect() == ()
    assert rows_of(home, "SELECT path FROM delivery") == [("Xã Lâm Sơn/BC.xlsx",)] * 2
    listed = server.client('cd "da-nhan/Xã Lâm Sơn"; ls')
    assert listed.count("BC") == 2
