"""The home that version 0.1.0 left, copied for each test; `tests/tools/make_home_0_1_0.py` made it."""

import json
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine

from warehouse.migrations.apply import configuration

_PACKED = Path(__file__).parent / "data" / "home-0.1.0.tar.xz"
_LAST_MIGRATION = "0009"
"""The newest migration that 0.1.0 knew."""


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as 0.1.0 left it, to be copied and never written to."""
    folder = tmp_path_factory.mktemp("old")
    with tarfile.open(_PACKED) as archive:
        # Python before 3.11.4 has no filters.
        archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
        archive.extractall(folder)  # noqa: S202 # a file of this repository
    return folder


@pytest.fixture
def old(tmp_path: Path, unpacked: Path) -> Path:
    """A folder with `home`, `backup.tar.gz`, `catalog`, `postgresql` and `facts.json` as 0.1.0 left them."""
    return shutil.copytree(unpacked, tmp_path / "old", symlinks=True)


@pytest.fixture
def facts(old: Path) -> Mapping[str, Any]:
    """What 0.1.0 said of the bundle it had closed."""
    content: Mapping[str, Any] = json.loads((old / "facts.json").read_text("utf-8"))
    return content


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest, old: Path) -> str:
    """URL of the warehouse as 0.1.0 left it, on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{old / 'home' / 'warehouse.db'}"
    url: str = request.getfixturevalue("empty_postgres")
    engine = create_engine(url)
    with engine.begin() as connection:
        # Views are not tables: today's are made anew by every upgrade.
        command.upgrade(configuration(connection), _LAST_MIGRATION)
    engine.dispose()
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        connection.execute("SET session_replication_role = replica")  # rows come table by table, not in order of keys
        for path in sorted((old / "postgresql").glob("*.csv")):
            if path.stem == "alembic_version":
                continue
            columns = path.read_text("utf-8").partition("\n")[0]
            copying = f'COPY "{path.stem}" ({columns}) FROM STDIN (FORMAT csv, HEADER)'
            with connection.cursor().copy(copying) as rows:  # type: ignore[arg-type] # names of our own tables
                rows.write(path.read_bytes())
    return url
