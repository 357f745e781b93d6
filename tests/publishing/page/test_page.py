"""The rollup's page: content, accessibility, self-containment and escaping."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from domain.catalog.catalog import Catalog
from domain.rollups import RollupChange, RollupStatus
from publishing.figures.assemble import assemble
from publishing.figures.formatter import ReportFormatter
from publishing.figures.formatting import format_number, format_percent
from publishing.page.rollup_page import write_page
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.revisions import build_revision, correction, with_row
from warehouse.queries import Revision

PageOf = Callable[..., str]
ATTACK = "<script>alert('x')</script> & \"Xã\""


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("missing", [set(), {"22828"}])
def test_page_is_well_formed(catalog: Catalog, page_of: PageOf, lang: str, missing: set[str]) -> None:
    """Every element is closed, for complete and partial rollups, in both languages."""
    assert StrictPage(page_of(build_revision(catalog, missing=missing), lang)).problems == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_page_names_no_address_and_runs_nothing(catalog: Catalog, page_of: PageOf, lang: str) -> None:
    """The page has no URLs, scripts, imports or links: it can be opened without network."""
    page = page_of(correction(catalog), lang)
    elements = StrictPage(page).elements
    assert re.findall(r"https?:|//[a-z]|@import|url\(|javascript:", page) == []
    assert {tag for tag, _ in elements}.isdisjoint({"script", "link", "img", "iframe", "object", "form", "a"})
    assert [name for _, attributes in elements for name in attributes if name.startswith("on") or name == "src"] == []


def test_names_are_escaped(catalog: Catalog, page_of: PageOf) -> None:
    """Markup in names, file names and notes is shown as text."""
    revision = build_revision(catalog)
    units = tuple(
        unit._replace(name=ATTACK, file=replace(unit.file, file_name=ATTACK) if unit.file else None)
        for unit in revision.units
    )
    contributions = tuple(contribution._replace(unit_name=ATTACK) for contribution in revision.contributions)
    changes = (RollupChange(revision.rows[0].indicator, "notes", ATTACK, ATTACK, None),)
    attacked = replace(revision, area_name=ATTACK, units=units, contributions=contributions, changes=changes)
    page = page_of(with_row(attacked, 3, notes=ATTACK, units_accepted=6, status=RollupStatus.PARTIAL))
    assert "<script" not in page
    assert ATTACK in StrictPage(page).words


def test_headline_themes_come_first(catalog: Catalog, page_of: PageOf, revision: Revision) -> None:
    """The cards show the three headline themes in the catalogue's order."""
    cards = page_of(revision).partition('class="cards"')[2].partition("</section>")[0]
    expected = [theme.name.vi for theme in catalog.themes.values() if theme.headline]
    assert re.findall(r"<h2>(.*?)</h2>", cards) == expected


def test_each_figure_shows_value_parts_and_target(page_of: PageOf, revision: Revision) -> None:
    """Rates are shown in Vietnamese format with numerator and denominator."""
    words = StrictPage(page_of(revision)).words
    for row in revision.rows:
        if row.denominator is not None and row.value is not None and row.numerator is not None:
            assert format_percent(row.value, "vi") in words
            assert f"{format_number(row.numerator, 'vi')} / {format_number(row.denominator, 'vi')}" in words


def test_english_page_has_english_numbers_and_texts(page_of: PageOf, revision: Revision) -> None:
    """It has decimal points, thousands commas and no Vietnamese sentence."""
    words = StrictPage(page_of(revision, "en")).words
    assert format_percent(revision.rows[0].value or Decimal(0), "en") in words
    assert "Reports accepted from 8 of 8 communes" in words
    assert "Mục tiêu" not in words


@pytest.mark.parametrize(("lang", "name"), [("vi", "Huyện Ninh Sơn (cũ)"), ("en", "former Ninh Sơn district")])
def test_an_area_of_the_catalogue_is_named_in_the_readers_language(
    page_of: PageOf, revision: Revision, lang: str, name: str
) -> None:
    """The catalogue names it in both languages; a unit has its one name."""
    assert name in StrictPage(page_of(replace(revision, area="585-cu"), lang)).words
    assert revision.area_name in StrictPage(page_of(revision, lang)).words


def test_complete_district_says_so(page_of: PageOf, revision: Revision) -> None:
    """All eight reports are accepted, the kinds are named, and there is no warning."""
    words = StrictPage(page_of(revision)).words
    assert "8/8 xã, thị trấn đã có báo cáo được chấp nhận" in words
    assert "Số liệu chưa đầy đủ" not in words


def test_partial_district_names_who_is_missing_and_why(catalog: Catalog, page_of: PageOf) -> None:
    """A banner names the missing units with their status."""
    words = StrictPage(page_of(build_revision(catalog, missing={"22813"}, refused={"22828"}))).words
    assert "Số liệu chưa đầy đủ: 6/8 xã, thị trấn" in words
    assert "Xã Lâm Sơn (chưa gửi), Xã Ma Nới (bị trả lại, chờ sửa)" in words


def test_figure_that_lacks_more_than_the_absent_units_shows_its_note(page_of: PageOf, revision: Revision) -> None:
    """A blank cell of a unit that did report is noted beside the figure."""
    row = next(index for index, item in enumerate(revision.rows) if item.denominator is None)
    changed = with_row(
        revision, row, units_accepted=7, units_missing=1, status=RollupStatus.PARTIAL, notes="Để trống: A"
    )
    words = StrictPage(page_of(changed)).words
    assert "Để trống: A" in words
    assert "1 chỉ tiêu chưa có đủ số liệu" in words


def test_assumed_target_is_marked(page_of: PageOf, revision: Revision) -> None:
    """An assumed target is distinguished from one of a resolution."""
    assert (
        "Mục tiêu 80% (giả định – chưa có văn bản giao)"
        in StrictPage(page_of(with_row(revision, 0, target=Decimal(80), target_assumed=True))).words
    )
    assert "Mục tiêu 80%" in StrictPage(page_of(with_row(revision, 0, target=Decimal(80), target_assumed=False))).words


def test_missing_value_is_stated(page_of: PageOf, revision: Revision) -> None:
    """A headline without a figure says so instead of showing a zero."""
    changed = with_row(
        revision, 0, value=None, numerator=None, denominator=None, attained=None, status=RollupStatus.PARTIAL
    )
    words = StrictPage(page_of(changed)).words
    assert "chưa có số liệu" in words
    assert "Chưa đánh giá" in words


@pytest.mark.parametrize(
    ("notes", "shown"),
    [
        ("Chưa rõ.", "Không so sánh được"),
        (
            "Số liệu nằm trong khoảng từ 44,13% đến 72,01%, tùy phần thuộc địa bàn của các đơn vị đó.",
            "44,13%–72,01%",
        ),
    ],
)
def test_headline_that_is_not_comparable_says_why(page_of: PageOf, revision: Revision, notes: str, shown: str) -> None:
    """In place of the value stands what it lies between, else that it is not comparable, and below it the reason."""
    facts = {"value": None, "numerator": None, "denominator": None, "attained": None, "notes": notes}
    words = StrictPage(page_of(with_row(revision, 0, status=RollupStatus.NOT_COMPARABLE, **facts))).words
    assert f"{shown} {notes}" in words
    assert "Số chỉ tiêu không có kết quả chung của địa bàn: 1" in words


def test_bars_have_a_description(page_of: PageOf, revision: Revision) -> None:
    """Each bar has a title and a description, including the target."""
    page = page_of(revision)
    elements = StrictPage(page).elements
    bars = [attributes for tag, attributes in elements if tag == "svg"]
    ids = {attributes.get("id") for _, attributes in elements}
    assert len(bars) > 20
    assert all(bar["role"] == "img" and set(str(bar["aria-labelledby"]).split()) <= ids for bar in bars)
    assert len({bar["aria-labelledby"] for bar in bars}) == len(bars)
    assert f"Kết quả {format_percent(revision.rows[0].value or Decimal(0), 'vi')}, mục tiêu" in page


def test_rate_above_100_stays_within_the_bar(page_of: PageOf, revision: Revision) -> None:
    """A rate over 100 fills the bar and moves the target's mark, never beyond the edge."""
    page = page_of(with_row(revision, 0, value=Decimal("125.00"), target=Decimal(100)))
    card = page.partition("<article")[2].partition("</article>")[0]
    assert 'width="100.00"' in card
    assert 'x1="80.00"' in card


def test_every_unit_is_listed_with_its_state(catalog: Catalog, page_of: PageOf) -> None:
    """Accepted, late, returned and missing are distinguished by text, not by colour alone."""
    page = page_of(build_revision(catalog, missing={"22831"}, refused={"22828"}, late={"22813"}))
    table = StrictPage(page.partition("Tình hình gửi báo cáo")[2].partition("</table>")[0]).words
    for name, state in [
        ("Thị trấn Tân Sơn", "Đã chấp nhận"),
        ("Xã Lâm Sơn", "Chấp nhận, gửi muộn"),
        ("Xã Ma Nới", "Bị trả lại, chờ sửa"),
        ("Xã Nhơn Sơn", "Chưa gửi"),
    ]:
        assert re.search(f"{name} \\d+ . {state}", table)


def test_changes_show_values_before_and_after(catalog: Catalog, page_of: PageOf) -> None:
    """A correction lists each changed figure once, with the file that caused it."""
    revision = correction(catalog)
    first = revision.changes[0]
    section = page_of(revision).partition("Thay đổi trong lần công bố này")[2]
    words = StrictPage(section.partition("</section>")[0]).words
    assert f"{format_percent(Decimal(first.before), 'vi')} → {format_percent(Decimal(first.after), 'vi')}" in words
    assert "Số đơn vị có số liệu 7 → 8" in words
    assert words.count(first.indicator) == 1
    assert str(first.sha256)[:12] in words


@pytest.mark.parametrize(("edition", "assumed", "shown"), [(3, False, 1), (3, True, 0), (2, True, 0)])
def test_changed_verdict_is_of_a_documented_target(
    catalog: Catalog, vietnamese: ReportFormatter, edition: int, assumed: bool, shown: int
) -> None:
    """A verdict that changed is worded as one, and left out where the target is assumed; edition 2 did neither."""
    revision = with_row(correction(catalog), 0, target=Decimal(80), target_assumed=assumed)
    moved = RollupChange(revision.rows[0].indicator, "attained", "true", "false", None)
    changes = tuple(change for change in revision.changes if change.column != "attained")
    report = assemble(replace(revision, changes=(*changes, moved)), vietnamese, edition)
    words = StrictPage(write_page(report, vietnamese).decode()).words
    assert words.count("Đánh giá Đạt → Chưa đạt") == shown
    assert words.count("Đạt mục tiêu có → không") == (edition == 2)


def test_first_revision_says_that_nothing_changed_yet(page_of: PageOf, revision: Revision) -> None:
    """The page says so instead of showing an empty table."""
    assert "Đây là lần công bố đầu tiên" in StrictPage(page_of(revision)).words


def test_page_shows_how_to_trace_a_figure(page_of: PageOf, revision: Revision) -> None:
    """The command is ready to copy, and each commune's figure names file, hash and cell."""
    words = StrictPage(page_of(revision)).words
    result = revision.contributions[0]
    assert f"tonghop explain --area 585 --period 2025-05 --indicator {result.indicator}" in words
    assert (
        f"{result.sources[0].sheet}!{result.sources[0].cell} {result.file.file_name} {result.file.sha256[:12]}" in words
    )


def test_invented_split_is_labelled(page_of: PageOf, revision: Revision) -> None:
    """The sample district's register holds invented villages, so its page says the split is invented."""
    assert "Dữ liệu mẫu" in StrictPage(page_of(revision)).words


def test_a_large_area_is_summed_up_by_province(
    catalog: Catalog, page_of: PageOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the limit the page lists provinces, whose sums are the published figures, and no communes."""
    monkeypatch.setattr("publishing.figures.assemble.MOST_UNITS_LISTED", 7)
    revision = build_revision(catalog, missing={"22828"})

    report = assemble(revision, ReportFormatter(catalog, "vi"))
    (province,) = report.provinces
    page = StrictPage(page_of(revision))

    assert (province.code, province.name, province.accepted, province.expected) == ("58", "Tỉnh Ninh Thuận", 7, 8)
    sums = {code: (figure.value, figure.numerator, figure.denominator) for code, figure in province.figures.items()}
    assert sums == {row.indicator: (row.value, row.numerator, row.denominator) for row in revision.rows}
    assert page.problems == []
    assert province.name in page.words
    assert not any(unit.file and unit.file.file_name in page.words for unit in revision.units)
