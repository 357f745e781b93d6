"""Runs that are killed while they fetch from a server, and servers that die: nothing is lost, nothing comes twice."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from itertools import chain
from pathlib import Path

import pytest
import yaml

from flows.pipeline.stages.collect import Collection, NotAllCollectedError
from tests.connectors.mail_server import PASSWORD
from tests.connectors.source_servers import SERVERS, SourceServer
from tests.flows.pipeline import kill_runner
from tests.flows.pipeline.nightly_runs import NOW, context_of, prepare_home, rows_of

pytestmark = pytest.mark.xdist_group("killed sources")  # homes are made once

REMOTE = sorted(SERVERS.keys() - {"folder"})
STAGES = ("fetch", "land", "collect")
FILES = {f"{number}.xlsx": bytes([number]) * 100_000 for number in range(3)}
SECRET = "SOURCE_PASSWORD_OF_TESTS"  # noqa: S105 # its name


@dataclass(frozen=True)
class _Place:
    """A server with files, and homes that collect from it."""

    server: SourceServer
    home_of: dict[str, Path]


def describe(server: SourceServer, folder: Path, home: Path) -> None:
    """Write the connectors.yaml of a home."""
    source = server.source()
    names = ("name", "kind", "address", "user", "endpoint")
    entry = {name: value for name in names if (value := getattr(source, name)) is not None}
    files = ("known_hosts", "authority")
    entry |= {name: str(folder / value) for name in files if (value := getattr(source, name)) is not None}
    entry["password"] = {"variable": SECRET}
    (home / "connectors.yaml").write_text(yaml.safe_dump({"sources": [entry]}, allow_unicode=True), "utf-8")


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory, mirrored_warehouse: Path) -> Iterator[dict[str, _Place]]:
    """Start a server of each kind; a run of each home is killed right after a stage, but for one home a kind."""
    with ExitStack() as started, pytest.MonkeyPatch.context() as patch:
        patch.setenv(SECRET, PASSWORD)
        results: dict[str, _Place] = {}
        for kind in REMOTE:
            folder = tmp_path_factory.mktemp(kind)
            server = started.enter_context(SERVERS[kind](folder))
            for path, data in FILES.items():
                server.put(path, data, NOW - timedelta(days=1))
            homes = {stage: prepare_home(folder / stage, mirrored_warehouse) for stage in (*STAGES, "cut")}
            for home in homes.values():
                describe(server, folder, home)
            results[kind] = _Place(server, homes)
        pairs = [(stage, str(place.home_of[stage])) for place in results.values() for stage in STAGES]
        command = [sys.executable, "-m", kill_runner.__name__, *chain.from_iterable(pairs)]
        subprocess.run(command, check=True, timeout=300)
        yield results


def landed(home: Path) -> list[tuple[object, ...]]:
    """Return the hashes of the deliveries of a home whose bytes are there whole."""
    landing = context_of(home).landing
    return [row for row in rows_of(home, "SELECT sha256 FROM delivery ORDER BY 1") if landing.is_whole(str(row[0]))]


ALL = sorted((sha256(data).hexdigest(),) for data in FILES.values())


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("kind", REMOTE)
def test_the_next_run_completes_a_killed_one(places: dict[str, _Place], kind: str, stage: str) -> None:
    """Each file has one delivery and one submission, and its bytes are whole; no draft is taken for a file."""
    home = places[kind].home_of[stage]
    assert len(landed(home)) == (len(FILES) if stage == "collect" else 0)
    context = context_of(home)
    assert Collection(context, "next").collect() == ()
    assert landed(home) == ALL
    assert rows_of(home, "SELECT count(*) FROM submission") == [(len(FILES),)]
    assert sorted(context.landing.digests()) == [digest for (digest,) in ALL]


@pytest.mark.parametrize("kind", REMOTE)
def test_the_next_run_completes_after_a_server_died(places: dict[str, _Place], kind: str) -> None:
    """In the middle of the second file nothing of the half is kept; once the server is back, all comes once."""
    place = places[kind]
    context, proxy = context_of(place.home_of["cut"]), place.server.proxy
    assert proxy is not None
    proxy.cut_after = 150_000
    with pytest.raises(NotAllCollectedError, match="cannot be read"):
        Collection(context, "cut").collect()
    assert len(landed(place.home_of["cut"])) < len(FILES)
    proxy.cut_after = None
    assert Collection(context, "next").collect() == ()
    assert landed(place.home_of["cut"]) == ALL
