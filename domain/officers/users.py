"""Users of the desk: what each role permits, and for which areas."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a user is appointed for."""

    VIEWER = "viewer"
    OFFICER = "officer"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What the desk asks for before it answers."""

    READ = "read"
    """See reports, figures and what went back."""
    DECIDE = "decide"
    """Carry acts out: answer warnings, hold, withdraw, rerun, close."""


ALL_AREAS: Final[tuple[str, ...]] = ()
PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.VIEWER: frozenset({Permission.READ}),
    Role.OFFICER: frozenset({Permission.READ, Permission.DECIDE}),
    Role.ADMINISTRATOR: frozenset(Permission),
}
"""Users themselves are managed on the machine alone: `tonghop users`."""


@dataclass(frozen=True, slots=True)
class User:
    """A person who logs in at the desk by `name`; records of acts have `full_name`, or if that is empty a typed name.

    `areas` are codes of units, or ids of areas, with all below them; `ALL_AREAS`: none is left out.
    """

    name: str
    full_name: str
    role: Role
    areas: tuple[str, ...] = ALL_AREAS

    def may(self, permission: Permission) -> bool:
        """Return whether the role permits it, in the areas of the user."""
        return permission in PERMISSIONS[self.role]
