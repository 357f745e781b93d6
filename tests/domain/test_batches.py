"""Values are split into batches in their order."""

import pytest

from domain.batches import batched


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(0, []), (1, [1]), (3, [3]), (4, [3, 1]), (6, [3, 3])],
    ids=["none", "one", "full", "more", "twice"],
)
def test_only_the_last_batch_is_shorter(count: int, sizes: list[int]) -> None:
    """No batch is empty, and together they hold all values in order."""
    batches = list(batched(iter(range(count)), 3))
    assert [len(batch) for batch in batches] == sizes
    assert [value for batch in batches for value in batch] == list(range(count))
