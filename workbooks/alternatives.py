"""Patterns made of lists of words."""

import re
from collections.abc import Iterable


def any_of(texts: Iterable[str]) -> str:
    """A group that matches any of these texts, the longest that fits."""
    return f"(?:{'|'.join(re.escape(text) for text in sorted(texts, key=lambda text: (-len(text), text)))})"
