"""What the catalogue answers: who owes what by when, over which denominator, against which target, in which words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.catalog.catalog import Catalog
from domain.catalog.forms import Forms
from domain.catalog.targets import Targets
from domain.catalog.texts import Texts
from domain.errors import TerminalError, UsageError
from domain.issues import Issue, Severity
from domain.layouts import Exemption
from domain.observations import CellState
from domain.periods import parse_period
from domain.units import Level

FORM = "cds_x_t"
MAY = parse_period("2025-05")


def _exempt(catalog: Catalog, *indicators: str) -> Catalog:
    exemption = Exemption("22828", FORM, indicators, date(2025, 5, 1), date(2025, 5, 31), "lý do")
    return replace(catalog, obligations=replace(catalog.obligations, exemptions=(exemption,)))


def test_the_eight_communes_owe_the_form(catalog: Catalog) -> None:
    """All communes of the district, and only communes."""
    owing = catalog.owing_units(FORM, "585", MAY)
    assert len(owing) == 8
    assert {unit.level for unit in owing} == {Level.COMMUNE}
    assert not catalog.owes(FORM, catalog.units.get("585", date(2025, 5, 14)), MAY)


def test_a_commune_is_an_area_of_its_own_here(catalog: Catalog) -> None:
    """Asked for one commune, the catalogue names that commune."""
    assert [unit.code for unit in catalog.owing_units(FORM, "22828", MAY)] == ["22828"]


def test_a_unit_that_no_longer_exists_owes_nothing(catalog: Catalog) -> None:
    """The town of before the reform has nothing to send after it."""
    town = catalog.units.get("22810", date(2025, 5, 14))
    assert catalog.owes(FORM, town, MAY)
    assert not catalog.owes(FORM, town, parse_period("2025-07"))


def test_no_unit_reports_before_the_obligation_began(catalog: Catalog) -> None:
    """The shipped obligation begins in 2024."""
    assert catalog.owing_units(FORM, "585", parse_period("2023-12")) == ()


def test_an_exemption_from_the_form_lasts_for_its_days(catalog: Catalog) -> None:
    """Ma Nới need not report for May and has to for June."""
    exempt = _exempt(catalog)
    assert "22828" not in {unit.code for unit in exempt.owing_units(FORM, "585", MAY)}
    assert "22828" in {unit.code for unit in exempt.owing_units(FORM, "585", parse_period("2025-06"))}


def test_an_exemption_from_indicators_leaves_the_rest_due(catalog: Catalog) -> None:
    """The commune still owes the form, without the indicators named."""
    unit = catalog.units.get("22828", date(2025, 5, 14))
    exempt = _exempt(catalog, "tmdt_sp")
    all_due = {due_indicator.id for due_indicator in catalog.due_indicators(FORM, unit, MAY)}
    assert exempt.owes(FORM, unit, MAY)
    assert {due_indicator.id for due_indicator in exempt.due_indicators(FORM, unit, MAY)} == all_due - {"tmdt_sp"}


@pytest.mark.parametrize(
    ("period", "due", "not_due"),
    [
        ("2025-05", {"hddt_dn", "tcnscd_thon"}, {"hocphi_kdtm", "hscv", "smartphone", "hddt_mtt"}),
        ("2025-06", {"hddt_dn", "hocphi_kdtm", "hscv", "hddt_mtt"}, {"smartphone", "cqbr"}),
        ("2024-12", {"hocphi_kdtm", "smartphone", "cqbr"}, {"hddt_mtt"}),
    ],
)
def test_what_is_due_follows_frequency_and_validity(
    catalog: Catalog, period: str, due: set[str], not_due: set[str]
) -> None:
    """A quarterly indicator is not missing in May, a yearly one only in December, one of June never before June."""
    when = parse_period(period)
    unit = catalog.units.get("22813", catalog.forms.last_day(FORM, when))
    results = {due_indicator.id for due_indicator in catalog.due_indicators(FORM, unit, when)}
    assert due <= results
    assert not results & not_due


def test_a_unit_without_a_register_of_villages_owes_no_village_figures(catalog: Catalog) -> None:
    """No commune of mid-2025 has one in the shipped catalogue."""
    period = parse_period("2025-08")
    unit = catalog.units.get("22813", catalog.forms.last_day(FORM, period))
    due = catalog.due_indicators(FORM, unit, period)
    assert due
    assert not [indicator.id for indicator in due if indicator.collected_at is Level.VILLAGE]


def test_a_unit_that_owes_no_form_owes_no_indicator(catalog: Catalog) -> None:
    """Exempt from the form means exempt from all of it."""
    unit = catalog.units.get("22828", date(2025, 5, 14))
    assert _exempt(catalog).due_indicators(FORM, unit, MAY) == ()


@pytest.mark.parametrize(
    ("period", "level", "due"),
    [
        ("2025-05", Level.COMMUNE, date(2025, 5, 15)),
        ("2025-05", Level.DISTRICT, date(2025, 5, 19)),
        ("2025-05", Level.PROVINCE, date(2025, 5, 21)),
        ("2025-07", Level.COMMUNE, date(2025, 7, 16)),
        ("2026-02", Level.COMMUNE, date(2026, 2, 24)),  # the whole of Tết lies behind the cut-off
    ],
)
def test_deadlines_are_working_days_after_the_cut_off(forms: Forms, period: str, level: Level, due: date) -> None:
    """Each level has its own number of working days."""
    assert forms.deadline(FORM, parse_period(period), level) == due


def test_a_level_without_deadline_is_a_usage_error(forms: Forms) -> None:
    """Villages send nothing, nor do districts since they ended."""
    with pytest.raises(UsageError, match="village"):
        forms.deadline(FORM, MAY, Level.VILLAGE)
    with pytest.raises(UsageError, match="district"):
        forms.deadline(FORM, parse_period("2025-07"), Level.DISTRICT)


def test_register_gives_denominators(catalog: Catalog) -> None:
    """A commune counts as one, its villages as registered; other denominators are not the register's."""
    day = date(2025, 5, 14)
    commune = catalog.units.get("22813", day)
    village = catalog.units.villages(commune, day)[0]
    assert catalog.register_denominator("tcnscd_xa", commune, day) == 1
    assert catalog.register_denominator("tcnscd_thon", commune, day) == len(catalog.units.villages(commune, day)) == 8
    assert catalog.register_denominator("tcnscd_thon", village, day) == 1
    assert catalog.register_denominator("hsskdt", commune, day) is None


def test_a_commune_without_registered_villages_has_no_register_denominator(catalog: Catalog) -> None:
    """Not knowing its villages is not the same as its having none."""
    day = date(2025, 5, 14)
    assert catalog.register_denominator("tcnscd_thon", catalog.units.get("00001", day), day) is None


def test_an_areas_own_target_precedes_the_general_one(catalog: Catalog) -> None:
    """And where it has none, the general one holds."""
    general = catalog.targets.find("hsskdt", Level.DISTRICT, "585", 2025)
    assert general is not None
    own = replace(general, area="585", value=Decimal(77))
    both = replace(catalog, targets=Targets((*catalog.targets.rows, own)))
    assert both.targets.find("hsskdt", Level.DISTRICT, "585", 2025) == own
    assert both.targets.find("hsskdt", Level.DISTRICT, "584", 2025) == general
    assert both.targets.find("hsskdt", Level.DISTRICT, "585", 1999) is None


@pytest.mark.parametrize(
    "ask",
    [
        lambda catalog: catalog.forms.form("no_form"),
        lambda catalog: catalog.forms.layout("no_form", "2025.1"),
        lambda catalog: catalog.forms.layout(FORM, "1999.1"),
        lambda catalog: catalog.forms.layout_for(FORM, parse_period("2020-01")),
        lambda catalog: catalog.owing_units(FORM, "585", parse_period("2025-07")),
    ],
)
def test_asking_for_what_does_not_exist_is_a_usage_error(catalog: Catalog, ask: Callable[[Catalog], object]) -> None:
    """Unknown forms, versions and areas are the caller's mistake, and exit with 2."""
    with pytest.raises(UsageError):
        ask(catalog)


def test_the_newest_layout_of_the_day_is_used(catalog: Catalog) -> None:
    """A later version takes over on its first day and not before."""
    newer = replace(catalog.forms.layout(FORM, "2025.1"), version="2025.2", valid_from=date(2025, 6, 1))
    both = replace(catalog, forms=replace(catalog.forms, layouts=(*catalog.forms.layouts, newer)))
    assert both.forms.layout_for(FORM, MAY).version == "2025.1"
    assert both.forms.layout_for(FORM, parse_period("2025-06")).version == "2025.2"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("-", CellState.ZERO),
        ("–", CellState.ZERO),
        (" Không ", CellState.ZERO),
        ("…", CellState.BLANK),
        ("...", CellState.BLANK),
        ("X", CellState.NOT_APPLICABLE),
        ("K/ADTT", CellState.NOT_APPLICABLE),
        ("kad", CellState.NOT_APPLICABLE),
        ("12", None),
        ("đang cập nhật", None),
    ],
)
def test_marks_in_cells_mean_three_different_things(catalog: Catalog, text: str, state: CellState | None) -> None:
    """Zero, no figure and not-applicable are told apart; anything else is no mark."""
    assert catalog.marks.state_of(text) is state


def test_texts_of_a_rules_issue_are_the_rules(catalog: Catalog) -> None:
    """Title, message and action of a rule's issue are the rule's, with the facts filled in."""
    rule = next(rule for rule in catalog.rules.values() if "{cell}" in rule.message.vi)
    issue = Issue(rule.id, Severity.CRITICAL, sheet="Biểu 01-T", cell="E12", found="5000")
    assert catalog.issue_title(issue, "en") == rule.title.en
    assert "E12" in catalog.issue_message(issue, "vi")
    assert catalog.issue_action(issue, "vi")


def test_a_missing_fact_shows_as_a_question_mark(catalog: Catalog) -> None:
    """An official is shown what is known; a gap in the facts never stops the answer."""
    rule = next(rule for rule in catalog.rules.values() if "{cell}" in rule.message.vi)
    assert "?" in catalog.issue_message(Issue(rule.id, Severity.CRITICAL), "vi")


def test_a_code_that_the_catalogue_forgot_is_still_shown(catalog: Catalog) -> None:
    """An issue kept from an older catalogue is shown by its code."""
    issue = Issue("code_of_old", Severity.WARNING)
    assert catalog.issue_title(issue, "vi") == catalog.issue_message(issue, "en") == "code_of_old"


def test_an_unknown_text_key_is_our_defect(texts: Texts) -> None:
    """The message names the key."""
    with pytest.raises(TerminalError, match=r"no\.such\.key"):
        texts.text("no.such.key", "vi")


def test_a_text_without_its_fact_is_our_defect(texts: Texts) -> None:
    """The message names the key and the fact."""
    key = next(key for key, text in texts.by_key.items() if "{" in text.vi)
    with pytest.raises(TerminalError, match="was not given"):
        texts.text(key, "vi")
