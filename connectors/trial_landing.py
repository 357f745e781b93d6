"""A landing for a trial: reads what another one has, lands beside it."""

from collections.abc import Iterable
from pathlib import Path

from connectors.landing import Landing


class TrialLanding(Landing):
    """Bytes are landed in a folder of its own; those that are not there are looked for in the lender's, untouched."""

    def __init__(self, lender: Landing, root: Path) -> None:
        """Land in `root` and borrow from `lender`."""
        super().__init__(root)
        self._own = Landing(root)
        self._lender = lender

    def land_pieces(self, pieces: Iterable[bytes]) -> str:
        """Keep bytes here, whatever the lender has; see `Landing.land_pieces`."""
        return self._own.land_pieces(pieces)

    def path_of(self, digest: str) -> Path:
        """Where the bytes of that sha256 are, here or at the lender's."""
        own = self._own.path_of(digest)
        return own if own.is_file() else self._lender.path_of(digest)
