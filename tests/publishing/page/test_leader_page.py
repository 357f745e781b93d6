"""Tests of the leader's page: headline figures and their trends, who is missing, communes side by side."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from domain.catalog.catalog import Catalog
from domain.comparisons.change_factors import ChangeFactor
from domain.periods import parse_period
from domain.rollups import Boundary, RollupChange, RollupStatus
from publishing.figures.assemble import assemble
from publishing.figures.formatter import ReportFormatter
from publishing.figures.movements import ChangePart, FigureBounds, FigureMovement
from publishing.page.leader_page import MOST_NAMED, write_leader_page
from publishing.page.rollup_page import PagePlace
from publishing.publish import render
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.revisions import build_revision, with_row
from warehouse.queries import AS_OF_RUN, EarlierFigure, EarlierPeriods, Revision

LARGEST_PAGE = 300_000
PageOf = Callable[..., str]
PLACE = PagePlace("585", parse_period("2025-04"), "vi")
WHY = "Không so sánh được, vì chưa rõ các đơn vị sau đã nhập vào đâu: 22822 Xã Mỹ Sơn. Chưa có báo cáo: 1 Xã A."


@pytest.fixture
def page_of(catalog: Catalog) -> PageOf:
    """Render the leader's page of a revision, in Vietnamese by default."""

    def write(revision: Revision, lang: str = "vi") -> str:
        formatter = ReportFormatter(catalog, "en" if lang == "en" else "vi")
        return write_leader_page(assemble(revision, formatter), formatter, PLACE).decode()

    return write


def with_earlier(revision: Revision, *values: str | None, boundary: Boundary = Boundary.AS_THEN) -> Revision:
    """Add the values of all rates in the periods before the revision's, the last one last; None: not comparable."""
    figures = [
        EarlierFigure(
            indicator=row.indicator,
            period=revision.period.shift(place - len(values)),
            boundary=boundary,
            area_valid_from=revision.area_valid_from,
            value=None if value is None else Decimal(value),
            numerator=Decimal(1),
            denominator=Decimal(2),
            denominator_kind=row.denominator_kind,
            status=RollupStatus.NOT_COMPARABLE if value is None else RollupStatus.COMPLETE,
            units_expected=8,
            units_accepted=8,
            revision=1,
            notes="" if value else WHY,
        )
        for row in revision.rows
        if row.denominator is not None
        for place, value in enumerate(values)
    ]
    return replace(revision, earlier=EarlierPeriods(figures=tuple(figures)))


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("missing", [set(), {"22828"}])
def test_page_is_well_formed_and_stays_small(catalog: Catalog, page_of: PageOf, lang: str, missing: set[str]) -> None:
    """Every element is closed, for complete and partial rollups with a trend, in both languages."""
    page = page_of(with_earlier(build_revision(catalog, missing=missing), "40", "50"), lang)
    assert StrictPage(page).problems == []
    assert len(page.encode()) < LARGEST_PAGE


def test_page_leads_to_files_beside_it_and_to_the_site(page_of: PageOf, revision: Revision) -> None:
    """The page runs nothing, loads nothing, and links to files of its revision, the site around it, and itself."""
    elements = StrictPage(page_of(revision)).elements
    assert {tag for tag, _ in elements}.isdisjoint({"script", "link", "img", "iframe", "object", "form"})
    addresses = {str(attributes["href"]) for tag, attributes in elements if tag == "a"}
    own = {address[1:] for address in addresses if address.startswith("#")}
    site = {address.removeprefix("../../") for address in addresses if address.startswith("../../")}
    assert addresses - {f"#{name}" for name in own} - {f"../../{name}" for name in site} == {
        "leader.en.html", "report.html", "rollup.xlsx", "report.docx", "rollup.csv"
    }  # fmt: skip
    assert own <= {attributes.get("id") for _, attributes in elements}
    assert site == {
        "index.html",
        "site/areas/585/index.vi.html",
        "site/2025-04/585/index.vi.html",
        "site/2025-05/585/index.vi.html",
        "site/2025-05/585/index.vi.html#revisions",
    }


def test_figures_that_are_no_revision_lead_to_no_site(catalog: Catalog, revision: Revision) -> None:
    """Files as of a moment lie in a folder of their own."""
    files = render(replace(revision, run_id=AS_OF_RUN), catalog, "vi")
    assert b"../" not in files["leader.vi.html"] + files["report.html"]
    assert b"../../site/2025-05/585/index.vi.html" in render(revision, catalog, "vi")["report.html"]


def test_headlines_are_compared_and_drawn(page_of: PageOf, revision: Revision) -> None:
    """Each headline figure has its change against the last period, and a line of its periods."""
    page = page_of(with_earlier(revision, "10", "20"))
    assert page.count("(Tháng 4/2025: 20,00%)") == 3
    assert page.count("<polyline") == 3


def test_without_earlier_periods_no_line_is_drawn(page_of: PageOf, revision: Revision) -> None:
    """The first period of an area has no trend and no change."""
    page = page_of(revision)
    assert "<polyline" not in page
    assert "▲" not in page


def test_a_first_period_on_both_boundaries_has_no_line(page_of: PageOf, revision: Revision) -> None:
    """Two figures of the same period are no trend."""
    known = with_earlier(revision, "10", boundary=Boundary.AS_NOW)
    assert known.earlier
    figures = tuple(each._replace(period=revision.period) for each in known.earlier.figures)
    assert "<polyline" not in page_of(replace(known, earlier=EarlierPeriods(figures=figures)))


@pytest.mark.parametrize(
    ("lang", "name", "reason"),
    [
        ("vi", "Theo địa giới hiện nay", "Tháng 3/2025 – Tháng 4/2025, theo địa giới hiện nay: Không so sánh được"),
        ("en", "On today's boundaries", "March 2025 – April 2025, on today's boundaries: Not comparable"),
    ],
)
def test_both_boundaries_are_drawn_together(
    page_of: PageOf, revision: Revision, lang: str, name: str, reason: str
) -> None:
    """One drawing has both series, told apart by line and mark; a table has the figures, a sentence says why not."""
    known = with_earlier(revision, "10", None, None, boundary=Boundary.AS_NOW)
    page = page_of(known, lang)
    assert page.count('<figure class="trend pair">') == 3
    assert page.count('class="void"') == 6
    card = page.partition('id="trends"')[2].partition("</table>")[0]
    assert len(re.findall(r'<path class="beside( part)?" d="M4 ', card)) == 1
    words = StrictPage(page).words
    assert words.count(f"✕ {reason}") == 3
    assert words.count(name) > 6
    rows = re.findall(
        r"<tr><th scope=\"row\">([^<]*)</th><td class=\"n\">([^<]*)</td><td class=\"n\">([^<]*)</td>", card
    )
    assert len(rows) == 4
    assert [values[2][0] for values in rows[1:3]] == ["✕", "✕"]
    assert rows[3][2].startswith("10")


def test_missing_units_are_named_with_days_late(catalog: Catalog, page_of: PageOf) -> None:
    """Units without accepted report are listed with their deadline, the most days late first."""
    words = StrictPage(page_of(build_revision(catalog, missing={"22828"}))).words
    assert re.search(r"Đơn vị chưa có báo cáo được chấp nhận .*Xã Ma Nới 22828 .*15/05/2025 \d+", words)


def test_units_are_ranked_with_ties(catalog: Catalog, page_of: PageOf) -> None:
    """Units with equal figures share a rank, the next one counts them all, and a missing one has none."""
    page = page_of(build_revision(catalog, missing={"22828"}))
    ranks = re.findall(r'data-label="Hạng">([^<]*)<', page.partition('class="ranks"')[2].partition("</table>")[0])
    numbers = [int(rank) for rank in ranks[:-1]]
    assert ranks[-1] == "–"
    assert numbers == sorted(numbers)
    assert all(rank == 1 or numbers.index(rank) == rank - 1 for rank in numbers)


def test_tiles_say_figures_and_lie_as_the_catalogue_states(page_of: PageOf, revision: Revision) -> None:
    """Each unit has a tile with its figure, at the place that charts/tiles.csv states."""
    tiles = re.findall(r'grid-area: (\d) / (\d)"><span>([^<]*)</span> <strong>([^<]*)<', page_of(revision))
    assert ("1", "1", "Xã Lâm Sơn") in {tile[:3] for tile in tiles}
    assert all(figure.endswith("%") for *_, figure in tiles)
    assert len(tiles) == 3 * len(revision.units)


def test_parts_of_a_change_are_listed_with_their_sum(vietnamese: ReportFormatter, revision: Revision) -> None:
    """The parts of each headline's change stand in their order above the change, and bounds beside the figure."""
    parts = [ChangePart(factor, f"factor {factor}", Decimal(0), f"part {factor}") for factor in ChangeFactor]
    april = revision.period.shift(-1)
    numbers = {"start": Decimal(10), "corrected": None, "end": Decimal(12), "change": Decimal(2)}
    movement = FigureMovement(period=april, period_name="April", text="+2", parts=parts, method="how", **numbers)
    bounds = FigureBounds(None, 1, (), (), "from 1 to 2")
    report = assemble(revision, vietnamese)
    themes = tuple(
        replace(theme, figures=tuple(replace(figure, movement=movement, bounds=bounds) for figure in theme.figures))
        for theme in report.themes
    )
    words = StrictPage(write_leader_page(replace(report, themes=themes), vietnamese, PLACE).decode()).words
    listed = " ".join(f"factor {factor} part {factor}" for factor in ChangeFactor)
    assert words.count(f"Từ 10,00% (April) đến 12,00% {listed} Thay đổi +2") == 3
    assert words.count("from 1 to 2") == 3
    assert words.count("how") == 1


def test_many_missing_units_are_counted(catalog: Catalog, page_of: PageOf) -> None:
    """A long list of missing units is cut, and the rest is counted."""
    revision = build_revision(catalog, missing={"22828"})
    absent = next(unit for unit in revision.units if unit.code == "22828")
    more = tuple(absent._replace(code=str(90000 + number), name=f"Xã {number}") for number in range(MOST_NAMED + 4))
    page = page_of(replace(revision, units=revision.units + more))
    section = page.partition('id="absent"')[2].partition("</section>")[0]
    assert section.count("<tr>") == MOST_NAMED + 1
    assert "và 5 đơn vị khác" in section


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_figures_that_are_not_added_up_are_not_called_incomplete(
    page_of: PageOf, revision: Revision, lang: str
) -> None:
    """All reports are in and one figure has no value of the whole area: none is said to lack figures."""
    apart = with_row(revision, 5, value=None, numerator=None, denominator=None, status=RollupStatus.NOT_COMPARABLE)
    words = StrictPage(page_of(apart, lang)).words
    lacking, without = {
        "vi": ("chưa có đủ số liệu của tất cả", "không có kết quả chung của địa bàn: 1"),
        "en": ("lack figures from some", "without a result for the whole area: 1"),
    }[lang]
    assert (lacking in words, without in words) == (False, True)


def test_a_value_that_stayed_is_listed_on_both_sides(page_of: PageOf, revision: Revision) -> None:
    """Where a revision moved only the counts of a figure, the list of changes says its value twice."""
    row = revision.rows[0]
    change = RollupChange(row.indicator, "numerator", "1", str(row.numerator), None)
    words = StrictPage(page_of(replace(revision, number=2, changes=(change,)))).words
    value = f"{row.value:.2f}%".replace(".", ",")
    assert f"{row.indicator} {value} {value} Tử số 1 → " in words


def test_every_table_has_a_caption(page_of: PageOf, catalog: Catalog) -> None:
    """So that a screen reader says what a table holds before its first cell."""
    tags = [tag for tag, _ in StrictPage(page_of(build_revision(catalog, missing={"22828"}))).elements]
    assert tags.count("table") == tags.count("caption") > 3
