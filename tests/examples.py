"""Number of examples of property tests whose examples are costly."""

from hypothesis import settings

_USUAL = 100
"""Examples that Hypothesis tries of a test by default."""


def examples(count: int) -> int:
    """Return `count`, or as many times more as the profile asks for (`make hunt`)."""
    default: int = settings().max_examples
    return max(1, count * default // _USUAL)
