"""Random generator whose values depend on seed and key only, not on earlier values."""

import random
from collections.abc import Sequence
from typing import TypeVar

_Item = TypeVar("_Item")


class KeyedRandom:
    """Reproducible random values: the same seed and `key` always give the same value."""

    def __init__(self, seed: int) -> None:
        """Create the generator of a seed."""
        self._seed = seed

    def uniform(self, low: float, high: float, *key: object) -> float:
        """Return a number between `low` and `high`."""
        return self._stream(key).uniform(low, high)

    def integer(self, low: int, high: int, *key: object) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return self._stream(key).randint(low, high)

    def choice(self, items: Sequence[_Item], *key: object) -> _Item:
        """Return one of the items."""
        return self._stream(key).choice(items)

    def shuffled(self, items: Sequence[_Item], *key: object) -> list[_Item]:
        """Return the items in random order."""
        return self._stream(key).sample(items, len(items))

    def _stream(self, key: tuple[object, ...]) -> random.Random:
        return random.Random("|".join(str(part) for part in (self._seed, *key)))  # noqa: S311 # sample data, no secret
