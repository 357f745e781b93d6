"""Number of examples of property tests whose examples are costly."""

from hypothesis import settings

_USUAL = 50
"""Examples that are tried of any other test (`tests/conftest.py`)."""


def examples(count: int) -> int:
    """Return `count`, or as many times more as the profile asks for (`make hunt`)."""
    default: int = settings().max_examples
    return max(1, count * default // _USUAL)
