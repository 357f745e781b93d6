"""Errors of stores on other machines; as errors of the system, they are met where those of a disk are."""

import errno

from domain.errors import TerminalError, TransientError


class StoreUnavailableError(TransientError, OSError):
    """The object store does not answer, or answers that it cannot now."""

    def __init__(self, address: str, reason: str) -> None:
        """Keep the address and what the store or the network said."""
        self.address, self.reason = address, reason
        super().__init__(
            f"the object store does not answer for {address}: {reason}. Nothing is lost: run again once it does."
        )
        self.errno = errno.ETIMEDOUT


class StoreRefusedError(TerminalError, OSError):
    """The object store does not let this account do what is needed, or has no such bucket."""

    def __init__(self, address: str, reason: str) -> None:
        """Keep the address and what the store said."""
        self.address, self.reason = address, reason
        super().__init__(
            f"the object store refuses {address}: {reason}. See TONGHOP_STORE, its account and the rights that it has."
        )
        self.errno = errno.EACCES


class StoreUnconditionalError(TerminalError):
    """The object store overwrites although it was asked not to."""

    def __init__(self, address: str) -> None:
        """Keep the address."""
        self.address = address
        super().__init__(
            f"the object store of {address} ignores If-None-Match: two machines would overwrite each other's files. "
            "Use one that honours conditional writes."
        )
