"""The registry of connectors: a source is opened by the class of its kind."""

from pathlib import Path
from types import MappingProxyType

import pytest

from connectors import registry
from connectors.base import ExtraMissingError, SourceAccess, SourceRefusedError
from connectors.registry import KINDS, open_source
from connectors.sources.filesystem import FilesystemConnector
from domain.catalog.sources import Source, SourceKind


def access(kind: str, address: str) -> SourceAccess:
    """Return the access to a source without secrets, in the home /srv/var."""
    return SourceAccess(Source("inbox", kind, address), Path("/srv/var"), str)


@pytest.mark.parametrize(
    ("address", "opened"), [("tray", "/srv/var/tray"), ("/srv", "/srv"), ("memory://x", "memory://x")]
)
def test_a_folder_is_relative_to_the_home(address: str, opened: str) -> None:
    """A folder's path is relative to the home; the short form may also name a file system that fsspec knows."""
    source = open_source(access("folder", address))
    assert isinstance(source, FilesystemConnector)
    assert (source.name, source.url) == ("inbox", opened)


def test_a_missing_extra_names_setting_and_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the libraries of a kind are not installed, the error says which source needs them, and the command."""
    kind = SourceKind(module="connectors.sources.no_such_module", example="x://y", extra="x")
    monkeypatch.setattr(registry, "KINDS", MappingProxyType({**KINDS, "x": kind}))
    with pytest.raises(ExtraMissingError, match=r"connectors\.yaml, source inbox: .*pip install 'tonghop\[x\]'"):
        open_source(access("x", "x://y"))


@pytest.mark.parametrize("url", ["sftp://host/reports", "ssh://host/reports", "nosuch://host/reports"])
def test_the_short_form_points_to_connectors_yaml(url: str) -> None:
    """TONGHOP_INBOX opens no other places than folders; above all not fsspec's SFTP, which checks no host key."""
    with pytest.raises(SourceRefusedError, match=r"connectors\.yaml"):
        list(FilesystemConnector("inbox", url).list())
