"""Queries by many values are split into chunks without losing or repeating a value."""

from warehouse.store.bulk import in_chunks


def test_every_value_is_in_one_chunk() -> None:
    """Unsorted and repeated values come out sorted, each once, at most 1,000 per chunk."""
    values = [*range(2500, 0, -1), *range(1, 500)]
    chunks = list(in_chunks(values))
    assert [value for chunk in chunks for value in chunk] == list(range(1, 2501))
    assert max(map(len, chunks)) <= 1_000


def test_no_values_make_no_chunk() -> None:
    """Without values no statement is run."""
    assert list(in_chunks(list[int]())) == []
