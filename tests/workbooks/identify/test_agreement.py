"""Sources that speak have to agree; silent ones do not count."""

from workbooks.identify.agreement import SourceReading, agree


def reading(place: str, *values: str) -> SourceReading[str]:
    """A source at a place that allows some values."""
    return SourceReading(place, "/".join(values), frozenset(values))


def test_one_source_suffices() -> None:
    """What one source says holds where the others are silent."""
    assert agree([reading("a"), reading("b", "x"), reading("c")]).value == "x"


def test_sources_narrow_each_other_down() -> None:
    """A source that allows several values is settled by one that allows fewer."""
    assert agree([reading("a", "x", "y"), reading("b", "y", "z")]).value == "y"


def test_sources_that_exclude_each_other_are_named() -> None:
    """Two sources that cannot both be right are given with their places."""
    rivals = agree([reading("a", "x"), reading("b"), reading("c", "y")]).rivals
    assert rivals is not None
    assert [rival.place for rival in rivals] == ["a", "c"]


def test_sources_that_leave_a_choice() -> None:
    """Sources that agree and still allow several values do not settle it."""
    result = agree([reading("a", "x", "y"), reading("b", "x", "y", "z")])
    assert result.value is None
    assert result.choices == {"x", "y"}


def test_silence_settles_nothing() -> None:
    """Where nobody speaks there is neither value, nor choice, nor dispute."""
    result = agree([reading("a")])
    assert (result.value, result.rivals, result.choices) == (None, None, frozenset())
