"""Each rule of the catalogue finds the defects planted for it, at their cells, and no rule finds anything else."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from domain.catalog.catalog import Catalog
from domain.rules import FigureName, FigureRole
from domain.staging import StagedObservation, StagedRow, StagedSubmission
from expectations.check import check
from tests.expectations.staged import RUN, Put, apply_edits, clean_report, defects, planted, state_of

CASES = defects()
EXPECTED_FIELDS = ("sheet", "cell", "found", "expected", "unit")


def test_planted_defects(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """Each planted defect is found at its cell and nothing else is, all cases being judged as one night's batch."""
    cases = dict(enumerate(CASES, start=1))
    put([row for number, case in cases.items() for row in planted(catalog, number, case)])
    rules = list(catalog.rules.values())
    results: dict[str, list[tuple[str | None, ...]]] = {case["name"]: [] for case in CASES}
    for element in check(warehouse_url, RUN, rules, len(cases), indicators=catalog.indicators.values()):
        place = (getattr(element.issue, name) for name in EXPECTED_FIELDS)
        results[cases[element.submission_id]["name"]].append((element.issue.code, element.issue.indicator, *place))
    expected = {
        case["name"]: [
            (item["rule"], item.get("indicator"), *(item.get(name) for name in EXPECTED_FIELDS))
            for item in case["finds"]
        ]
        for case in CASES
    }
    assert {name: sorted(item, key=str) for name, item in results.items()} == {
        name: sorted(entry, key=str) for name, entry in expected.items()
    }


def test_every_rule_has_a_planted_defect(catalog: Catalog) -> None:
    """No rule of the catalogue is without a case that trips it."""
    tripped = {item["rule"] for case in CASES for item in case["finds"] if item["rule"] == case["rule"]}
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
    assert {finding.issue.code for finding in findings} == set(catalog.rules)
    for other_finding in findings:
        for lang in ("vi", "en"):
            result = catalog.issue_message(other_finding.issue, lang) + catalog.issue_action(other_finding.issue, lang)
            assert "?" not in result, (other_finding, result)
            assert "{" not in result


OUTLIER = "dvc_toantrinh"


def test_a_refused_report_moves_no_median(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """Neighbours whose reports are refused, by rules or on reading, are not compared with; the others are."""
    outlier = catalog.rules["outlier"]
    rule = replace(outlier, parameters={**outlier.parameters, "least_units": 4, "least_denominator": 1})
    rules = [catalog.rules["not_negative"], rule]

    def judged(wrong: Collection[int], refused: Collection[int] = ()) -> set[tuple[int, str]]:
        run = f"run-{'-'.join(map(str, (*wrong, 0, *refused)))}"
        put(replace(row, run_id=run) for row in _neighbours(catalog, wrong))
        result = check(warehouse_url, run, rules, 7, indicators=catalog.indicators.values(), refused=refused)
        return {
            (item.submission_id, str(item.issue.facts.get("units"))) for item in result if item.issue.code == "outlier"
        }

    assert judged(()) == {(7, "7")}
    assert judged((1, 2)) == {(7, "5")}
    assert judged((1,), refused=(2, 3)) == {(7, "4")}
    assert judged((1, 2, 7)) == set()
    assert judged((1, 2, 3, 4)) == set()


def _neighbours(catalog: Catalog, wrong: Collection[int]) -> list[StagedRow]:
    """Seven reports of one area, the last one's share far from the others'; some with another figure that is wrong."""
    rows: list[StagedRow] = []
    for number, share in enumerate((40, 41, 42, 43, 44, 45, 99), start=1):
        figures = {"numerator": str(share), "denominator": "100", "stated": None}
        edits = [{"indicator": OUTLIER, **figures}]
        edits += [{"indicator": "hd_dvc", "numerator": "-1"}] if number in wrong else []
        report, *rest = apply_edits(clean_report(catalog, number), edits)
        assert isinstance(report, StagedSubmission)
        rows += [replace(report, area="585"), *rest]
    return rows


BALANCE = ("tcnscd_tv", "hd_dvc", "hsskdt", "dd_kichhoat")
"""Lines that stand for dossiers from the period before, received, resolved, and pending."""


@pytest.mark.parametrize(
    ("figures", "marked"),
    [
        ((5, 20, 18, 7), []),
        ((5, 20, 18, 8), ["E60 + E46"]),
        ((5, 20, 18, 6), ["E60 + E46"]),
        ((None, 20, 18, 8), []),
    ],
)
def test_what_came_in_went_out_or_is_there(
    figures: Sequence[int | None], marked: Sequence[str], catalog: Catalog, warehouse_url: str, put: Put
) -> None:
    """Opening and received equal resolved and pending: a rule with sums on both sides, silent where one is missing."""
    first, *others = zip(BALANCE, figures, strict=True)
    rows = apply_edits(
        clean_report(catalog),
        [{"indicator": name, "numerator": str(number), "stated": None} for name, number in others],
    )
    line = next(row for row in rows if isinstance(row, StagedObservation) and row.indicator == "hd_dvc")
    number = None if first[1] is None else Decimal(first[1])
    put([*rows, replace(line, indicator=first[0], cell="E60", numerator=number, numerator_state=state_of(number))])
    opening, received, resolved, pending = (FigureName(name, FigureRole.NUMERATOR) for name in BALANCE)
    rule = replace(
        catalog.rules["online_within_received"],
        parameters={"parts": (opening, received), "total": (resolved, pending), "relation": "equal"},
    )
    result = check(warehouse_url, RUN, [rule], 1, indicators=catalog.indicators.values())
    assert [item.issue.facts["part_cells"] for item in result] == marked
