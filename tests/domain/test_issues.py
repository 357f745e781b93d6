"""What of a submission's issues is told, and where each one is."""

import pytest

from domain.issues import SHADOW_FACT, Issue, Repair, Severity, without_shadow


def issue(code: str, severity: Severity, **more: str) -> Issue:
    """An issue on the form sheet."""
    return Issue(code, severity, sheet="Biểu 01-T", cell="E15", facts=more)


def test_issues_are_shown_gravest_first_without_shadow_rules() -> None:
    """Issues of one severity stay in the order in which they were found; those of a shadow rule are left out."""
    note, first, second = (
        issue("note", Severity.INFO),
        issue("first", Severity.WARNING),
        issue("second", Severity.WARNING),
    )
    fault, trial = issue("fault", Severity.CRITICAL), issue("trial", Severity.CRITICAL, **dict([SHADOW_FACT]))
    assert without_shadow([note, first, trial, second, fault]) == (fault, first, second, note)


def test_issues_of_one_severity_follow_their_sheet() -> None:
    """An official goes through a sheet from its top to its end, and to the next sheet after that."""
    places = [("A", "E49"), ("B", "C7"), ("A", None), ("A", "AA15"), ("A", "E15"), ("A", "D15"), ("B", "C6")]
    issues = [Issue("any", Severity.CRITICAL, sheet=sheet, cell=cell) for sheet, cell in places]
    shown = ["A", "A!D15", "A!E15", "A!AA15", "A!E49", "B!C6", "B!C7"]
    assert [each.place for each in without_shadow(issues)] == shown


@pytest.mark.parametrize(
    ("sheet", "cell", "place"),
    [("Biểu 01-T", "E15", "Biểu 01-T!E15"), ("Biểu 01-T", None, "Biểu 01-T"), (None, None, "")],
)
def test_a_place_names_what_is_known(sheet: str | None, cell: str | None, place: str) -> None:
    """Sheet and cell, the sheet alone, or nothing where the whole file is meant."""
    assert Issue("any", Severity.INFO, sheet=sheet, cell=cell).place == place


def test_a_repair_is_at_its_cell() -> None:
    """Repairs are told by the same name of a place."""
    assert Repair("any", "Biểu 01-T", "E15", "1 2", "12").place == "Biểu 01-T!E15"
