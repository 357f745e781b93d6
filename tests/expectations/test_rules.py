"""Each rule of the catalogue finds the defects planted for it, at their cells, and no rule finds anything else."""

from domain.catalog import Catalog
from expectations.check import check
from tests.expectations.staged import RUN, Put, apply_edits, clean_report, defects, planted

CASES = defects()
EXPECTED_FIELDS = ("sheet", "cell", "found", "expected", "unit")


def test_planted_defects(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """Each planted defect is found at its cell and nothing else is, all cases being judged as one night's batch."""
    cases = dict(enumerate(CASES, start=1))
    put([row for number, case in cases.items() for row in planted(catalog, number, case)])
    rules = list(catalog.rules.values())
    found: dict[str, list[tuple[str | None, ...]]] = {case["name"]: [] for case in CASES}
    for one in check(warehouse_url, RUN, rules, len(cases), indicators=catalog.indicators.values()):
        place = (getattr(one.issue, name) for name in EXPECTED_FIELDS)
        found[cases[one.submission_id]["name"]].append((one.issue.code, one.issue.indicator, *place))
    expected = {
        case["name"]: [
            (one["rule"], one.get("indicator"), *(one.get(name) for name in EXPECTED_FIELDS)) for one in case["finds"]
        ]
        for case in CASES
    }
    assert {name: sorted(ones, key=str) for name, ones in found.items()} == {
        name: sorted(ones, key=str) for name, ones in expected.items()
    }


def test_every_rule_has_a_planted_defect(catalog: Catalog) -> None:
    """No rule of the catalogue is without a case that trips it."""
    tripped = {one["rule"] for case in CASES for one in case["finds"] if one["rule"] == case["rule"]}
    assert set(catalog.rules) - tripped == set()


def test_clean_batch_trips_nothing(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """Reports without a fault are found to be so, a submission of another run beside them notwithstanding."""
    broken = apply_edits(clean_report(catalog, 9, "another-run"), [{"indicator": "hd_dvc", "numerator": "-1"}])
    put([*clean_report(catalog, 1), *clean_report(catalog, 2), *broken])
    rules = list(catalog.rules.values())
    assert check(warehouse_url, RUN, rules, 2, indicators=catalog.indicators.values()) == ()


def test_every_text_can_be_filled_from_its_finding(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """What an official reads names the figures: no mark of a rule's texts is left without its fact."""
    cases = [case for case in CASES if case["finds"]]
    rows = [row for number, case in enumerate(cases, start=1) for row in planted(catalog, number, case)]
    put(rows)
    rules = list(catalog.rules.values())
    findings = check(warehouse_url, RUN, rules, len(cases), indicators=catalog.indicators.values())
    assert {one.issue.code for one in findings} == set(catalog.rules)
    for one in findings:
        for lang in ("vi", "en"):
            told = catalog.issue_message(one.issue, lang) + catalog.issue_action(one.issue, lang)
            assert "?" not in told, (one, told)
            assert "{" not in told
