"""Accounts of the desk's users, as `tonghop users` and `tonghop up` make them."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import pyotp

from domain.catalog.catalog import Catalog
from domain.errors import TonghopError, UsageError
from domain.officers.users import Role, User
from flows.actions.users.passwords import hash_password, new_password
from flows.support.settings import Settings
from flows.support.warehouse import reading_warehouse
from warehouse.officers.users import add_user, users_exist
from warehouse.store.engine import Engine, transaction

_FIRST_USER: Final = "quantri"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_LONGEST_FULL_NAME: Final = 200
_ISSUER: Final = "Tong hop"


def checked_user(catalog: Catalog, user: User) -> User:
    """Return a user whose name, full name and areas are possible.

    Raises:
        UsageError: one of them is not; the message says what to write.
    """
    if not _NAME.fullmatch(user.name):
        raise UsageError("a user's name has up to 40 small letters, digits, dots, dashes and underscores: lan.nguyen")
    if not user.full_name.strip() or len(user.full_name) > _LONGEST_FULL_NAME:
        raise UsageError(f"say a user's full name, of up to {_LONGEST_FULL_NAME} characters: it stands in the records")
    require_areas(catalog, user.role, user.areas)
    return user


def add_new_user(engine: Engine, catalog: Catalog, user: User, at: datetime) -> str:
    """Add a user and return the password, which is kept nowhere.

    Raises:
        UsageError: name, full name or areas are not possible, the name is taken, or the first user is no administrator.
    """
    password = new_password()
    password_hash = hash_password(password)
    with transaction(engine) as session:
        if not users_exist(session) and user.role is not Role.ADMINISTRATOR:
            raise UsageError("the first user has to be an administrator: add one by --role administrator")
        add_user(session, checked_user(catalog, user), password_hash, at)
    return password


def is_desk_open(settings: Settings) -> bool:
    """Return whether people may log in at the desk: a password is set, or users were added. Else it has no port."""
    if settings.office_auth is not None:
        return True
    try:
        if settings.has_warehouse:
            with reading_warehouse(settings) as session:
                return users_exist(session)
    except TonghopError:
        pass  # a warehouse that does not answer shows itself elsewhere
    return False


def add_first_administrator(engine: Engine, full_name: str, at: datetime) -> tuple[str, str] | None:
    """Add an administrator where there is no user, and return name and password; None: there are users."""
    user, password = User(_FIRST_USER, full_name, Role.ADMINISTRATOR), new_password()
    with transaction(engine) as session:
        if users_exist(session):
            return None
        add_user(session, user, hash_password(password), at)
    return user.name, password


def require_areas(catalog: Catalog, role: Role, areas: Sequence[str]) -> None:
    """Refuse what is no area, and to limit an administrator.

    Raises:
        UsageError: a code is no unit's of any time, and no area's id; or the role is the administrator's.
    """
    if areas and role is Role.ADMINISTRATOR:
        raise UsageError("an administrator is one of all areas: name no areas, or another role")
    unknown = [area for area in areas if area not in catalog.areas and not catalog.units.versions(area)]
    if unknown:
        raise UsageError(f"no area has the code or id {unknown[0]}: name units (58, 585) or areas (585-cu)")


def new_second_factor(name: str) -> tuple[str, str]:
    """Return the base32 secret of a second factor, and the address that authenticator apps read it from."""
    secret = pyotp.random_base32()
    return secret, second_factor_address(name, secret)


def second_factor_address(name: str, secret: str) -> str:
    """Return the address from which authenticator apps read a secret."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)
