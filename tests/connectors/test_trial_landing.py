"""The landing of a dry run reads from its base and never writes to it."""

from pathlib import Path

import pytest

from connectors.landing import DamagedBytesError, Landing, NotLandedError, TrialLanding


def test_bytes_of_the_base_are_read(tmp_path: Path) -> None:
    """Bytes landed in the base can be read."""
    base = Landing(tmp_path / "base")
    digest = base.land(b"report")
    assert TrialLanding(base, tmp_path / "own").read(digest) == b"report"


def test_new_bytes_land_in_the_own_folder_only(tmp_path: Path) -> None:
    """Landing does not change the base, even where the base has a damaged copy."""
    base = Landing(tmp_path / "base")
    digest = base.land(b"report")
    base.path_of(digest).write_bytes(b"damaged")
    trial = TrialLanding(base, tmp_path / "own")
    with pytest.raises(DamagedBytesError):
        trial.read(digest)
    assert trial.land(b"report") == digest
    assert trial.read(digest) == b"report"
    assert base.path_of(digest).read_bytes() == b"damaged"


def test_missing_bytes_are_reported_for_the_base(tmp_path: Path) -> None:
    """The error names the folder that has to be restored."""
    base = Landing(tmp_path / "base")
    with pytest.raises(NotLandedError, match="base"):
        TrialLanding(base, tmp_path / "own").read("0" * 64)
