"""Tests of the agreement between sources; sources without a reading do not count."""

from workbooks.identify.agreement import SourceReading, agree


def reading(place: str, *values: str) -> SourceReading[str]:
    """Return a reading of a source that allows some values."""
    return SourceReading(place, "/".join(values), frozenset(values))


def test_one_source_suffices() -> None:
    """The reading of a single source holds if the others have none."""
    assert agree([reading("a"), reading("b", "x"), reading("c")]).value == "x"


def test_sources_narrow_each_other_down() -> None:
    """A source that allows several values is narrowed down by one that allows fewer."""
    assert agree([reading("a", "x", "y"), reading("b", "y", "z")]).value == "y"


def test_sources_that_exclude_each_other_are_named() -> None:
    """Two incompatible sources are returned with their places."""
    rivals = agree([reading("a", "x"), reading("b"), reading("c", "y")]).rivals
    assert rivals is not None
    assert [rival.place for rival in rivals] == ["a", "c"]


def test_sources_that_leave_a_choice() -> None:
    """Sources that agree on several values leave the value open."""
    result = agree([reading("a", "x", "y"), reading("b", "x", "y", "z")])
    assert result.value is None
    assert result.choices == {"x", "y"}


def test_no_reading_gives_no_result() -> None:
    """Without any reading there is neither value, nor choice, nor disagreement."""
    result = agree([reading("a")])
    assert (result.value, result.rivals, result.choices) == (None, None, frozenset())
