"""Queries by many values and inserts of many rows are split without losing or repeating any."""

from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, select

from warehouse.store.bulk import add_records, in_chunks, upsert_rows
from warehouse.store.engine import open_engine, transaction

_WORDS = Table("words", MetaData(), Column("id", Integer, primary_key=True), Column("word", String, nullable=False))


def test_every_value_is_in_one_chunk() -> None:
    """Unsorted and repeated values come out sorted, each once, at most 1,000 per chunk."""
    values = [*range(2500, 0, -1), *range(1, 500)]
    chunks = list(in_chunks(values))
    assert [value for chunk in chunks for value in chunk] == list(range(1, 2501))
    assert max(map(len, chunks)) <= 1_000


def test_no_values_make_no_chunk() -> None:
    """Without values no statement is run."""
    assert list(in_chunks(list[int]())) == []


@pytest.mark.parametrize("count", [1, 49, 50, 51, 100, 123])
def test_all_rows_are_written_in_their_order(count: int, tmp_path: Path) -> None:
    """Rows that fill statements, and those that are left, are inserted once each, and updated by their keys."""
    engine = open_engine(f"sqlite:///{tmp_path / 'words.db'}")
    _WORDS.create(engine)
    expected = [(number, f"w{number}?") for number in range(1, count + 1)]
    with transaction(engine) as session:
        add_records(session, _WORDS, ("id", "word"), expected)
        assert session.execute(select(_WORDS).order_by(_WORDS.c.id)).tuples().all() == expected
        upsert_rows(session, _WORDS, [{"id": number, "word": word.upper()} for number, word in expected])
        changed = session.execute(select(_WORDS).order_by(_WORDS.c.id)).tuples().all()
    assert changed == [(number, word.upper()) for number, word in expected]
    engine.dispose()
