"""Limits of what `verify` and `restore` unpack: the sender of an archive decides what it holds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """Maximum sizes of an archive, far above those of a province's years.

    `megabytes` (MiB) and `files` bound what is unpacked, `ratio` how many times larger than the archive it is (above
    64 MiB), `seconds` the time that unpacking takes.
    """

    megabytes: int = 65_536
    files: int = 400_000
    ratio: int = 200
    seconds: int = 3_600
