"""Chance that repeats: every draw depends on the seed and on what is drawn, never on what was drawn before it."""

import random
from collections.abc import Sequence
from typing import TypeVar

_Item = TypeVar("_Item")


class KeyedRandom:
    """Draws for one seed. `what` names a draw: the same seed and name always draw the same."""

    def __init__(self, seed: int) -> None:
        """Every seed gives figures of its own."""
        self._seed = seed

    def uniform(self, low: float, high: float, *what: object) -> float:
        """A number between two."""
        return self._stream(what).uniform(low, high)

    def integer(self, low: int, high: int, *what: object) -> int:
        """A whole number from `low` to `high`, both included."""
        return self._stream(what).randint(low, high)

    def choice(self, items: Sequence[_Item], *what: object) -> _Item:
        """One of several."""
        return self._stream(what).choice(items)

    def shuffled(self, items: Sequence[_Item], *what: object) -> list[_Item]:
        """The items in another order."""
        return self._stream(what).sample(items, len(items))

    def _stream(self, what: tuple[object, ...]) -> random.Random:
        return random.Random("|".join(str(part) for part in (self._seed, *what)))  # noqa: S311 # sample data, no secret
