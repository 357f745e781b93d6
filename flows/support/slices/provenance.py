"""Versions of code and libraries that figures were made with: equal versions have to give equal bytes."""

import platform
import re
import zlib
from functools import cache
from hashlib import sha256
from importlib.metadata import requires, version
from pathlib import Path
from typing import Final

_PROGRAM: Final = "tonghop"
_PACKAGES: Final = (
    "domain",
    "connectors",
    "workbooks",
    "expectations",
    "warehouse",
    "publishing",
    "flows",
    "web",
    "cli",
)
_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")


@cache
def versions() -> dict[str, str]:
    """Return versions by name: the program and a hash of its code, Python, its compression, every required library."""
    needed = (requirement for requirement in requires(_PROGRAM) or () if "extra ==" not in requirement)
    libraries = sorted(match[0] for key in needed if (match := _NAME.match(key)))
    return {
        _PROGRAM: version(_PROGRAM),
        "code": _hash_of_code(),
        "python": platform.python_version(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        **{name: version(name) for name in libraries},
    }


def _hash_of_code() -> str:
    """Return one hash over names and contents of the packages' files: templates and views as well as modules."""
    root = Path(__file__).parents[3]
    digest = sha256()
    for package in _PACKAGES:
        for path in sorted((root / package).rglob("*")):
            # Python may be writing compiled files there, under passing names.
            if path.is_file() and path.parent.name != "__pycache__":
                digest.update(f"{path.relative_to(root).as_posix()}\n".encode())
                digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()
