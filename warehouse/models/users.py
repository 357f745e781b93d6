"""Users of the desk, and where they are logged in."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.officers.users import Role
from warehouse.models.base import BIG_ID, Base, choice


class UserRow(Base):
    """A user by log-in name; of the password only its argon2 hash is kept.

    `areas` are codes and ids with commas between them; empty: the user is limited to none. `totp_secret` is the base32
    secret of the second factor, `totp_used` the number of the last interval whose code was used: each code counts once.
    A user with `disabled_at` (UTC) cannot log in; rows are never removed, since records of acts name them.
    """

    __tablename__ = "desk_user"

    name: Mapped[str] = mapped_column(primary_key=True)
    full_name: Mapped[str]
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    areas: Mapped[str]
    password_hash: Mapped[str]
    totp_secret: Mapped[str | None]
    totp_used: Mapped[int | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class UserSessionRow(Base):
    """A log-in of a browser (times in UTC); of its token only the sha256 is kept. Ended sessions are removed."""

    __tablename__ = "desk_session"

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("desk_user.name"), index=True)
    started_at: Mapped[datetime]
    used_at: Mapped[datetime]


class IdentityRow(Base):
    """An identity at a provider that a user may log in with: the issuer, and the value of the claim that is bound.

    `user_name` is None once it was taken from the user. Times are in UTC.
    """

    __tablename__ = "desk_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    user_name: Mapped[str | None] = mapped_column(ForeignKey("desk_user.name"), index=True)
    changed_at: Mapped[datetime]
