"""The registry of connectors: a source is opened by the scheme of its URL."""

from pathlib import Path

import pytest

from connectors import sources
from connectors.registry import open_source
from connectors.sources.filesystem import FilesystemConnector


@pytest.mark.parametrize("url", ["inbox", "/srv/inbox", "memory://tray", "file:///srv/inbox"])
def test_paths_and_schemes_without_a_module_are_file_systems(url: str) -> None:
    """Local paths and fsspec URLs are opened by the filesystem connector, under the name they are recorded by."""
    source = open_source("inbox", url)
    assert isinstance(source, FilesystemConnector)
    assert source.name == "inbox"


def test_a_scheme_is_opened_by_the_module_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file added to `sources/` opens the URLs of its scheme; a local path of that name stays a path."""
    (tmp_path / "tray.py").write_text("def CONNECTOR(name, url):\n    return name, url\n", "utf-8")
    monkeypatch.setattr(sources, "__path__", [str(tmp_path), *sources.__path__])
    assert open_source("inbox", "tray://a") == ("inbox", "tray://a")
    assert isinstance(open_source("inbox", "tray"), FilesystemConnector)
