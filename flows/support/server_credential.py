"""The credential of the Prefect server of a home, created the first time that one is needed."""

import secrets
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from domain.errors import UsageError
from flows.support.private_files import create_once, private_file, private_folder
from flows.support.service_record import folder_of

_NAME: Final = "tonghop"
_RANDOM_BYTES: Final = 32


class BrokenCredentialError(UsageError):
    """The file of the credential holds none."""

    def __init__(self, file: Path) -> None:
        """Keep the file."""
        self.file = file
        super().__init__(f"{file} holds no name and password: tonghop down, remove that file, then tonghop up")


def home_credential(home: Path) -> SecretStr:
    """Return a home's `name:password`, random, in a file that no other account can read; create it if there is none.

    Raises:
        BrokenCredentialError: the file was changed by hand, or damaged.
    """
    file = private_folder(folder_of(home)) / "server_auth"
    if not file.exists():
        create_once(file, f"{_NAME}:{secrets.token_urlsafe(_RANDOM_BYTES)}")
    credential = private_file(file).read_text(encoding="utf-8").strip()
    name, _, password = credential.partition(":")
    if not (name and password):
        raise BrokenCredentialError(file)
    return SecretStr(credential)
