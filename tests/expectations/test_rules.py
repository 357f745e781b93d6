"""Each rule of the catalogue matches the defects planted for it, at their cells, and no others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from domain.catalog.catalog import Catalog
from domain.rules import FigureName, FigureRole, Rule
from domain.staging import StagedObservation, StagedRow, StagedSubmission
from expectations.check import check
from tests.expectations.staged import RUN, Put, apply_edits, clean_report, defects, planted, state_of

CASES = defects()
EXPECTED_FIELDS = ("sheet", "cell", "found", "expected", "unit")


def test_planted_defects(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """In one batch of all cases, each planted defect is matched at its cell, and nothing else is."""
    cases = dict(enumerate(CASES, start=1))
    put([row for number, case in cases.items() for row in planted(catalog, number, case)])
    rules = list(catalog.rules.values())
    matches: dict[str, list[tuple[str | None, ...]]] = {case["name"]: [] for case in CASES}
    for finding in check(warehouse_url, RUN, rules, len(cases), indicators=catalog.indicators.values()):
        place = (getattr(finding.issue, name) for name in EXPECTED_FIELDS)
        matches[cases[finding.submission_id]["name"]].append((finding.issue.code, finding.issue.indicator, *place))
    expected = {
        case["name"]: [
            (match["rule"], match.get("indicator"), *(match.get(name) for name in EXPECTED_FIELDS))
            for match in case["finds"]
        ]
        for case in CASES
    }
    assert {name: sorted(rows, key=str) for name, rows in matches.items()} == {
        name: sorted(rows, key=str) for name, rows in expected.items()
    }


def test_every_rule_has_a_planted_defect(rules: Mapping[str, Rule]) -> None:
    """Every rule of the catalogue has a case that it matches."""
    matched = {match["rule"] for case in CASES for match in case["finds"] if match["rule"] == case["rule"]}
    assert set(rules) - matched == set()


def test_clean_batch_has_no_findings(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """Reports without faults have no findings, even beside a faulty submission of another run."""
    broken = apply_edits(clean_report(catalog, 9, "another-run"), [{"indicator": "hd_dvc", "numerator": "-1"}])
    put([*clean_report(catalog, 1), *clean_report(catalog, 2), *broken])
    rules = list(catalog.rules.values())
    assert check(warehouse_url, RUN, rules, 2, indicators=catalog.indicators.values()) == ()


def test_every_text_can_be_filled_from_its_finding(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """Every placeholder of a rule's texts is filled from the facts of its finding."""
    cases = [case for case in CASES if case["finds"]]
    rows = [row for number, case in enumerate(cases, start=1) for row in planted(catalog, number, case)]
    put(rows)
    rules = list(catalog.rules.values())
    findings = check(warehouse_url, RUN, rules, len(cases), indicators=catalog.indicators.values())
    assert {finding.issue.code for finding in findings} == set(catalog.rules)
    for finding in findings:
        for lang in ("vi", "en"):
            text = catalog.issue_message(finding.issue, lang) + catalog.issue_action(finding.issue, lang)
            assert "?" not in text, (finding, text)
            assert "{" not in text


OUTLIER = "dvc_toantrinh"


def test_a_refused_report_moves_no_median(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """Only neighbours whose reports are not refused, by rules or on reading, are compared with."""
    outlier = catalog.rules["outlier"]
    rule = replace(outlier, parameters={**outlier.parameters, "least_units": 4, "least_denominator": 1})
    rules = [catalog.rules["not_negative"], rule]

    def outliers(wrong: Collection[int], refused: Collection[int] = ()) -> set[tuple[int, str]]:
        run = f"run-{'-'.join(map(str, (*wrong, 0, *refused)))}"
        put(row._replace(run_id=run) for row in _neighbours(catalog, wrong))
        findings = check(warehouse_url, run, rules, 7, indicators=catalog.indicators.values(), refused=refused)
        return {
            (finding.submission_id, str(finding.issue.facts.get("units")))
            for finding in findings
            if finding.issue.code == "outlier"
        }

    assert outliers(()) == {(7, "7")}
    assert outliers((1, 2)) == {(7, "5")}
    assert outliers((1,), refused=(2, 3)) == {(7, "4")}
    assert outliers((1, 2, 7)) == set()
    assert outliers((1, 2, 3, 4)) == set()


def _neighbours(catalog: Catalog, wrong: Collection[int]) -> list[StagedRow]:
    """Build seven reports of one area, the last with an outlying share; some with another, wrong figure."""
    rows: list[StagedRow] = []
    for number, share in enumerate((40, 41, 42, 43, 44, 45, 99), start=1):
        figures = {"numerator": str(share), "denominator": "100", "stated": None}
        edits = [{"indicator": OUTLIER, **figures}]
        edits += [{"indicator": "hd_dvc", "numerator": "-1"}] if number in wrong else []
        report, *rest = apply_edits(clean_report(catalog, number), edits)
        assert isinstance(report, StagedSubmission)
        rows += [report._replace(area="585"), *rest]
    return rows


BALANCE = ("tcnscd_tv", "hd_dvc", "hsskdt", "dd_kichhoat")
"""Lines used as dossiers carried over, received, resolved, and pending."""


@pytest.mark.parametrize(
    ("figures", "marked"),
    [
        ((5, 20, 18, 7), []),
        ((5, 20, 18, 8), ["E60 + E46"]),
        ((5, 20, 18, 6), ["E60 + E46"]),
        ((None, 20, 18, 8), []),
    ],
)
def test_balance_with_sums_on_both_sides(
    figures: Sequence[int | None], marked: Sequence[str], catalog: Catalog, warehouse_url: str, put: Put
) -> None:
    """Opening plus received equals resolved plus pending; without one of the figures the rule does not match."""
    first, *others = zip(BALANCE, figures, strict=True)
    rows = apply_edits(
        clean_report(catalog),
        [{"indicator": name, "numerator": str(number), "stated": None} for name, number in others],
    )
    line = next(row for row in rows if isinstance(row, StagedObservation) and row.indicator == "hd_dvc")
    number = None if first[1] is None else Decimal(first[1])
    put([*rows, line._replace(indicator=first[0], cell="E60", numerator=number, numerator_state=state_of(number))])
    opening, received, resolved, pending = (FigureName(name, FigureRole.NUMERATOR) for name in BALANCE)
    rule = replace(
        catalog.rules["online_within_received"],
        parameters={"parts": (opening, received), "total": (resolved, pending), "relation": "equal"},
    )
    findings = check(warehouse_url, RUN, [rule], 1, indicators=catalog.indicators.values())
    assert [finding.issue.facts["part_cells"] for finding in findings] == marked
