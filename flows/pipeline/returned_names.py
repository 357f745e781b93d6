"""Names of returned files: the sender's own, without the marks of earlier returns."""

import re
from pathlib import PurePosixPath
from typing import Final

from domain.texts import visible

_LONGEST_STEM: Final = 160
_GIVEN_BEFORE: Final = re.compile(r"(\.tra-lai\.so-\d+(-lan-\d+)?|\.tra-loi\.dot-\d+(-lan-\d+)?|\.da-kiem-tra)+$")
_RISKY: Final = re.compile(r'[\x00-\x1f\ufffd<>:"/\\|?*]')


def stem_of(file_name: str) -> str:
    """Return the stem of a returned file's name, without the marks of earlier returns.

    The number appended to it has eight digits, so that it is not read as a commune's code, which has five.
    """
    stem = _GIVEN_BEFORE.sub("", PurePosixPath(file_name).stem)
    # File systems count bytes, of which a Vietnamese letter has up to three.
    short = _RISKY.sub("_", visible(stem)).encode()[:_LONGEST_STEM].decode(errors="ignore")
    return short.strip(" .") or "bao-cao"
