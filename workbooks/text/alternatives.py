"""Patterns made of lists of words."""

import re
from collections.abc import Iterable


def any_of(texts: Iterable[str]) -> str:
    """A group that matches any of these texts, the longest that fits; of no texts it matches nothing."""
    longest_first = sorted(texts, key=lambda text: (-len(text), text))
    return f"(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})"
