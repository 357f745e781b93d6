"""The catalogue that ships: it loads, and holds what the project promises."""

import csv
import dataclasses
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum

import pytest

from domain.catalog.catalog import Catalog, load_catalog
from domain.catalog.forms import Forms
from domain.catalog.texts import ISSUE_FACTS, NUMBER, Texts, marks_of
from domain.indicators import Absence, Indicator, Measure
from domain.issues import Issue, Severity
from domain.periods import parse_period
from domain.rules import Rule
from domain.submissions import SubmissionState
from domain.texts import Text
from domain.units import Level, SuccessionKind, UnitRegister
from workbooks.numbers.number_text import read_number_text

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)
_DAY = re.compile(r"\b\d{1,2}/\d{1,2}/\d{4}\b")
HEADLINE = ["e_invoice", "non_cash_payment", "online_public_service"]


@pytest.mark.parametrize(
    ("day", "level", "count"),
    [
        (BEFORE, Level.PROVINCE, 63),
        (BEFORE, Level.DISTRICT, 696),
        (BEFORE, Level.COMMUNE, 10_035),
        (BEFORE, Level.VILLAGE, 61),
        (AFTER, Level.PROVINCE, 34),
        (AFTER, Level.DISTRICT, 0),
        (AFTER, Level.COMMUNE, 3_321),
        (AFTER, Level.VILLAGE, 0),
        (date(2026, 4, 30), Level.COMMUNE, 3_321),
    ],
)
def test_units_of_the_whole_country(units: UnitRegister, day: date, level: Level, count: int) -> None:
    """The official numbers of units before and after the reform."""
    assert sum(unit.level is level and unit.holds_on(day) for unit in units.units) == count


def test_kinds_of_the_new_communes(units: UnitRegister) -> None:
    """2,621 xã, 687 phường and 13 đặc khu; ten xã became phường on 2026-04-30."""
    for day, kinds in [
        (AFTER, {"Xã": 2621, "Phường": 687, "Đặc khu": 13}),
        (date(2026, 4, 30), {"Xã": 2611, "Phường": 697, "Đặc khu": 13}),
    ]:
        communes = [unit for unit in units.units if unit.level is Level.COMMUNE and unit.holds_on(day)]
        assert Counter(unit.kind for unit in communes) == kinds


def test_the_sample_district_has_61_villages(units: UnitRegister) -> None:
    """All of them invented and marked so; quarters in the town, thôn in the communes."""
    communes = units.area("585", BEFORE).members
    villages = {commune.code: units.villages(commune, BEFORE) for commune in communes}
    assert sum(len(below) for below in villages.values()) == 61
    assert all(below for below in villages.values())
    assert all(village.invented for below in villages.values() for village in below)
    assert {village.kind for village in villages["22810"]} == {"Khu phố"}
    assert {village.kind for village in villages["22813"]} == {"Thôn"}


def test_only_villages_are_invented(units: UnitRegister) -> None:
    """Everything else in the register is public record."""
    assert {unit.level for unit in units.units if unit.invented} == {Level.VILLAGE}


def test_every_pair_loads_or_is_excepted_with_a_reason(catalog: Catalog) -> None:
    """The 10,614 pairs of the source are 10,588 successions and 26 exceptions."""
    with (catalog.root / "units" / "successions_exceptions.csv").open(encoding="utf-8", newline="") as lines:
        exceptions = list(csv.DictReader(lines))
    assert all(row["reason"] for row in exceptions)
    loaded = {
        (succession.old, succession.new) for succession in catalog.units.successions if succession.effective == AFTER
    }
    excepted = {(row["old"], row["new"]) for row in exceptions}
    assert (len(loaded), len(excepted), loaded & excepted) == (10_588, 26, set())


def test_communes_without_successor_are_known(units: UnitRegister) -> None:
    """Only the four of Ba Chẽ, whose pairs name a code that the list does not have."""
    old = {unit.code for unit in units.units if unit.level is Level.COMMUNE and unit.holds_on(BEFORE)}
    assert old - {succession.old for succession in units.successions} == {"06970", "06973", "06982", "06988"}


def test_communes_without_predecessor_are_known(units: UnitRegister) -> None:
    """Only Ba Chẽ, for the same reason; the special zones were island districts."""
    new = {unit.code for unit in units.units if unit.level is Level.COMMUNE and unit.holds_on(AFTER)}
    assert new - {succession.new for succession in units.successions if succession.effective == AFTER} == {"06978"}


def test_successions_are_of_four_kinds(units: UnitRegister) -> None:
    """In 2025 most codes went on with other ground and 132 with their own; in 2026 eleven units were renamed."""
    kinds = Counter((succession.effective.year, succession.kind) for succession in units.successions)
    assert kinds == {
        (2025, SuccessionKind.WHOLE): 6403,
        (2025, SuccessionKind.PART): 870,
        (2025, SuccessionKind.REUSED_CODE): 3183,
        (2025, SuccessionKind.RENAME): 132,
        (2026, SuccessionKind.RENAME): 11,
    }


def test_every_succession_names_its_text(units: UnitRegister) -> None:
    """Khánh Hòa's and those of 2026 by number."""
    texts = {succession.old: succession.legal_basis for succession in units.successions}
    assert all(texts.values())
    assert (texts["22813"], texts["75"], texts["26368"]) == ("1667/NQ-UBTVQH15", "30/2026/QH16", "237/NQ-UBTVQH16")


def test_a_slip_in_the_list_of_2026_is_not_taken_over(units: UnitRegister) -> None:
    """It has "xã Bắc Sơn" in lower case and without a kind; the commune goes on as it was."""
    unit = units.get("06325", date(2026, 4, 30))
    assert (unit.name, unit.kind, unit.valid_from) == ("Xã Bắc Sơn", "Xã", AFTER)


def test_headline_themes_come_first(catalog: Catalog) -> None:
    """The leader's three themes top the report, and indicators follow the themes' order."""
    assert [theme.id for theme in catalog.themes.values() if theme.headline] == HEADLINE
    assert list(catalog.themes)[:3] == HEADLINE
    order = [list(catalog.themes).index(indicator.theme) for indicator in catalog.indicators.values()]
    assert order == sorted(order)
    assert set(order) == set(range(len(catalog.themes)))


def test_thirty_two_indicators_three_of_which_a_form_must_have(indicators: Mapping[str, Indicator]) -> None:
    """A form without one of the three is refused; any other is asked for, but for the two that are derived."""
    assert len(indicators) == 34
    assert {indicator.id for indicator in indicators.values() if indicator.parts} == {"dvc_tructuyen", "phucvu_766"}
    refused = {indicator.id for indicator in indicators.values() if indicator.absence is Absence.REFUSE}
    assert refused == {"hddt_dn", "dvc_toantrinh", "hsskdt"}


def test_targets_that_judge_name_a_document_of_a_day(catalog: Catalog) -> None:
    """Each target that is not assumed says which document sets it, and its day."""
    nameless = [target for target in catalog.targets.rows if not target.assumed and not _DAY.search(target.document)]
    assert nameless == []


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_headline_percentage_has_a_district_target(catalog: Catalog, year: int) -> None:
    """Known or assumed, there is something to compare with, in each year that one of the first form holds."""
    for indicator in map(catalog.indicators.__getitem__, catalog.forms.layout("cds_x_t", "2025.1").indicators):
        in_force = indicator.holds_on(date(year, 12, 14))
        if indicator.theme in HEADLINE and indicator.measure is Measure.RATIO and in_force:
            assert catalog.targets.find(indicator.id, Level.DISTRICT, "585", year), indicator.id


def test_every_indicator_has_one_place_in_the_form(forms: Forms, indicators: Mapping[str, Indicator]) -> None:
    """The newest monthly form has a line or a village column for each that is not derived."""
    layout = forms.layout_for("cds_x_t", parse_period("2026-12"))
    result = layout.indicators + layout.village_indicators
    assert sorted(result) == sorted(indicator.id for indicator in indicators.values() if not indicator.parts)


def test_the_form_has_the_native_columns(forms: Forms) -> None:
    """Headers and the column-number row are those of the native form."""
    layout = forms.layout("cds_x_t", "2025.1")
    assert [column.mark for column in layout.columns] == ["A", "B", "C", "1", "2", "3=2/1×100", "D"]
    assert [line.label for line in layout.lines if line.number in {"I", "II", "III"}] == [
        "CHÍNH QUYỀN SỐ",
        "KINH TẾ SỐ",
        "XÃ HỘI SỐ",
    ]


@pytest.mark.parametrize("enum", [SubmissionState, Severity])
def test_words_of_the_domain_have_names_for_people(texts: Texts, enum: type[StrEnum]) -> None:
    """Whatever state or severity the program may show, there is a Vietnamese and an English name for it."""
    prefix = {SubmissionState: "state", Severity: "severity"}[enum]
    for value in enum:
        assert texts.text(f"domain.{prefix}.{value}", "vi")
        assert texts.text(f"domain.{prefix}.{value}", "en")


def _texts(value: object) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _texts(getattr(value, field.name))


def test_texts_are_nfc_and_in_both_languages(catalog: Catalog) -> None:
    """No text is empty in one language or in a Unicode form that sorts and searches differently."""
    groups = (catalog.indicators, catalog.themes, catalog.forms.by_id, catalog.rules, catalog.texts.issues)
    results = [text for group in groups for value in group.values() for text in _texts(value)]
    results += [*catalog.texts.by_key.values(), *catalog.texts.repairs.values()]
    assert len(results) > 200
    for text in results:
        assert text.vi.strip()
        assert text.en.strip()
        assert unicodedata.is_normalized("NFC", text.vi + text.en)


def test_both_languages_name_the_same_facts(rules: Mapping[str, Rule], texts: Texts) -> None:
    """An English reader learns no less than a Vietnamese one."""
    issue_texts = [part for text in [*texts.issues.values(), *rules.values()] for part in _texts(text)]
    for text in [*texts.by_key.values(), *texts.repairs.values(), *issue_texts]:
        assert marks_of(text.vi) == marks_of(text.en), text


def test_issue_texts_name_only_facts_that_are_given(rules: Mapping[str, Rule], texts: Texts) -> None:
    """What a text names is known of every issue, or listed under `facts` beside it."""
    for code, text in [*texts.issues.items(), *rules.items()]:
        parts = (text.title, text.message, text.action, *([text.comparison] if text.comparison else []))
        used = {mark for part in parts for mark in marks_of(part.vi + part.en)}
        assert {mark.removesuffix(NUMBER) for mark in used} <= ISSUE_FACTS | set(text.facts), code


def test_no_expected_value_is_a_figure_to_type(catalog: Catalog) -> None:
    """The column of expected values never shows a bare number, which a person would type."""
    for code, text in [*catalog.texts.issues.items(), *catalog.rules.items()]:
        issue = Issue(code, text.severity, found="95", expected="89", facts=dict.fromkeys(text.facts, "7"))
        for lang in ("vi", "en"):
            assert read_number_text(catalog.issue_expected(issue, lang), is_count=True) is None, code


def test_no_advice_on_a_required_line_is_to_leave_it_blank(catalog: Catalog) -> None:
    """Texts leave the advice on blanks to the line: only an optional one is to be left blank."""
    for code, text in [*catalog.texts.issues.items(), *catalog.rules.items()]:
        assert "để trống" not in text.action.vi, code
        assert "leave it blank" not in text.action.en, code


def test_holidays_cover_four_years(forms: Forms) -> None:
    """Each year from 2024 to 2027 has its Tết, its national day and the days between."""
    per_year = Counter(day.year for day in forms.holidays)
    assert set(per_year) == {2024, 2025, 2026, 2027}
    assert all(count >= 11 for count in per_year.values())
    assert {date(2025, 1, 29), date(2026, 2, 17), date(2025, 9, 2)} <= forms.holidays


def test_loading_again_gives_the_same_version(catalog: Catalog) -> None:
    """The version is a fingerprint of the files, nothing else."""
    assert load_catalog().version == catalog.version
    assert len(catalog.version) == 64
