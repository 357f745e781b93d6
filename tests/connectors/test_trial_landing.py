"""A borrowed landing reads what the lender has and never writes to it."""

from pathlib import Path

import pytest

from connectors.landing import DamagedBytesError, Landing, NotLandedError
from connectors.trial_landing import TrialLanding


def test_bytes_of_the_lender_are_read(tmp_path: Path) -> None:
    """What the lender landed is found."""
    lender = Landing(tmp_path / "lender")
    digest = lender.land(b"report")
    assert TrialLanding(lender, tmp_path / "own").read(digest) == b"report"


def test_new_bytes_land_here_alone(tmp_path: Path) -> None:
    """Landing leaves the lender as it is, even where the lender has a damaged copy."""
    lender = Landing(tmp_path / "lender")
    digest = lender.land(b"report")
    lender.path_of(digest).write_bytes(b"damaged")
    borrowed = TrialLanding(lender, tmp_path / "own")
    with pytest.raises(DamagedBytesError):
        borrowed.read(digest)
    assert borrowed.land(b"report") == digest
    assert borrowed.read(digest) == b"report"
    assert lender.path_of(digest).read_bytes() == b"damaged"


def test_bytes_that_nobody_has_are_missed_at_the_lender(tmp_path: Path) -> None:
    """The error names the place that has to be brought back."""
    lender = Landing(tmp_path / "lender")
    with pytest.raises(NotLandedError, match="lender"):
        TrialLanding(lender, tmp_path / "own").read("0" * 64)
