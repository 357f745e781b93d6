"""Tests that the words of headings come from the catalogue: a word added there is recognised."""

from dataclasses import replace

import pytest

from domain.catalog.catalog import Catalog
from workbooks.numbers.unit_words import power_of_ten
from workbooks.text.heading_vocabulary import HeadingVocabulary, heading_vocabulary_of


def _with(catalog: Catalog, name: str, *words: str) -> HeadingVocabulary:
    """Return the shipped vocabulary with further words in one list."""
    known: frozenset[str] = getattr(catalog.words, name)
    return HeadingVocabulary(replace(catalog.words, **{name: known | set(words)}), catalog.units)


@pytest.mark.parametrize(
    ("words", "pattern", "line"),
    [
        ("boards", "board", "ban quản trị xã lâm sơn"),
        ("councils", "board", "ban quản trị và ubnd xã lâm sơn"),
        ("other_bodies", "other_body", "ban quản trị thuộc xã lâm sơn"),
        ("unit_labels", "unit_named", "ban quản trị: xã lâm sơn"),
        ("reporter_labels", "reporter", "ban quản trị: ubnd xã lâm sơn"),
        ("form_labels", "form_number", "ban quản trị: 01-t/cđs-x"),
        ("period_labels", "period_line", "ban quản trị: tháng 5/2025"),
        ("titles", "title", "ban quản trị tháng 5/2025"),
    ],
)
def test_added_heading_word_is_recognised(catalog: Catalog, words: str, pattern: str, line: str) -> None:
    """The start of a heading line is matched against the catalogue's words, longest first."""
    assert getattr(heading_vocabulary_of(catalog).heading, pattern).match(line) is None
    assert getattr(_with(catalog, words, "ban", "ban quản trị").heading, pattern).match(line)


def test_receiver_label_ends_the_reporter(catalog: Catalog) -> None:
    """A receiver's label after the unit's name is no part of the name."""
    line = "đơn vị báo cáo: xã lâm sơn, gửi về: huyện"
    match = _with(catalog, "receiver_labels", "gửi về").heading.reporter.match(line)
    assert match is not None
    assert match["name"] == "xã lâm sơn"


def test_added_word_for_other_times_ends_the_line(catalog: Catalog) -> None:
    """A month after such a word is not the report's own."""
    line = "tháng 5/2025, dự kiến tháng 6"
    assert heading_vocabulary_of(catalog).without_other_times(line) == line
    assert _with(catalog, "other_times", "dự kiến").without_other_times(line) == "tháng 5/2025"


def test_numbers_after_an_added_word_are_no_months(catalog: Catalog) -> None:
    """The word is recognised in file names with and without diacritics."""
    assert heading_vocabulary_of(catalog).numbered.search("bc dot ") is None
    assert _with(catalog, "numbered", "đợt").numbered.search("bc dot ")


def test_added_month_name_is_replaced_by_its_number(catalog: Catalog) -> None:
    """A name that begins with another name is matched as a whole."""
    words = replace(catalog.words, months={**catalog.words.months, "chạp": 12, "mười hai rưỡi": 6})
    months = HeadingVocabulary(words, catalog.units).months
    assert months.numbered("tháng chạp năm 2025, tháng_mười_hai_rưỡi") == "tháng 12 năm 2025, tháng_6"
    assert months.numbered("tháng chạpa") == "tháng chạpa"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("tt. tân sơn", "thị trấn tân sơn"),
        ("tt.tân sơn", "thị trấn tân sơn"),
        ("t.t tân sơn", "thị trấn tân sơn"),
        ("thi tran tan son", "thị trấn tan son"),
        ("xã: lâm sơn", "xã lâm sơn"),
        ("x.lâm sơn", "xã lâm sơn"),
        ("xa lam son", "xã lam son"),
        ("p. bảo an", "phường bảo an"),
        ("đk trường sa", "đặc khu trường sa"),
        ("x lâm sơn", "x lâm sơn"),
        ("ttân sơn", "ttân sơn"),
        ("xanh", "xanh"),
    ],
)
def test_kinds_at_the_start_of_a_name(catalog: Catalog, written: str, read: str) -> None:
    """A single letter is a kind only if a dot follows."""
    assert heading_vocabulary_of(catalog).kinds.at_start(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("bc_tt_tân sơn", "bc_thị trấn tân sơn"),
        ("bc x.lâm sơn 5", "bc xã lâm sơn 5"),
        ("bc tt5", "bc tt5"),
        ("htt tân sơn", "htt tân sơn"),
    ],
)
def test_short_kinds_in_the_middle_of_a_name(catalog: Catalog, written: str, read: str) -> None:
    """Abbreviated kinds are expanded only at the start of a word and before another word."""
    assert heading_vocabulary_of(catalog).kinds.in_names(written) == read


def test_kinds_come_from_the_register(catalog: Catalog) -> None:
    """Communes and the units above them are recognised by the register's kinds and their abbreviations."""
    heading = heading_vocabulary_of(catalog).heading
    assert all(heading.commune.match(f"{kind} lâm sơn") for kind in ("xã", "phường", "thị trấn", "đặc khu"))
    above = ("huyện", "quận", "thị xã", "thành phố", "tỉnh", "tp", "tp.")
    assert all(heading.above.match(f"{kind} ninh sơn") for kind in above)
    assert heading.above.match("thôn lập lá") is None


@pytest.mark.parametrize(
    ("words", "power"), [("nghìn hộ", 3), ("tỷ đồng", 9), ("tỷ lệ", 0), ("phần trăm", 0), ("phần nghìn (nghìn hộ)", 3)]
)
def test_rates_are_no_multipliers(catalog: Catalog, words: str, power: int) -> None:
    """A multiplier within the name of a rate does not count."""
    assert power_of_ten(words, catalog.marks) == power


def test_added_rate_is_no_multiplier(catalog: Catalog) -> None:
    """Names of rates come from the catalogue, like the multipliers."""
    marks = replace(catalog.marks, rates=catalog.marks.rates | {"phần vạn"})
    assert (power_of_ten("phần vạn", catalog.marks), power_of_ten("phần vạn", marks)) == (4, 0)


def test_empty_word_list_matches_nothing(catalog: Catalog) -> None:
    """Without words for other bodies or for boards, no line matches instead of every line."""
    nothing = replace(catalog.words, boards=frozenset(), councils=frozenset(), other_bodies=frozenset())
    heading = HeadingVocabulary(nothing, catalog.units).heading
    assert heading.other_body.match("đảng ủy xã lâm sơn") is None
    assert heading.board.match(" xã lâm sơn") is None
