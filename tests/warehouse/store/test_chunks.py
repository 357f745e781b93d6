"""Many values are put to the database a piece at a time, and none is left out."""

from warehouse.store.chunks import in_pieces


def test_every_value_is_in_one_piece() -> None:
    """However many there are, in whatever order and however often each is named."""
    values = [*range(2500, 0, -1), *range(1, 500)]
    pieces = list(in_pieces(values))
    assert [value for piece in pieces for value in piece] == list(range(1, 2501))
    assert max(map(len, pieces)) <= 1_000


def test_nothing_makes_no_piece() -> None:
    """The database is not asked for nothing."""
    assert list(in_pieces(list[int]())) == []
