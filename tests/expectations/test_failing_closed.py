"""Failing closed: if rules cannot be evaluated, the run fails and no submission is refused."""

import dataclasses
import logging
import threading
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from domain.errors import TerminalError, TransientError, UsageError
from domain.indicators import Indicator
from domain.issues import Severity
from domain.rules import Rule, RuleStage
from expectations import registry
from expectations.check import (
    BatchShrunkError,
    RuleBrokenError,
    StagingUnreadableError,
    WarehouseUnreachableError,
    check,
)
from expectations.kind import Query, RuleKind, SqlTerms
from tests.expectations.staged import RUN, Put, apply_edits, clean_report
from warehouse.store.engine import open_engine


@pytest.fixture
def broken_kind(monkeypatch: pytest.MonkeyPatch) -> str:
    """Register a rule kind whose SQL names a missing column."""

    def broken_query(_terms: SqlTerms) -> Query:
        return Query(where="t.no_such_column > 0", cell="t.cell", found="t.numerator")

    find = registry.find_kind
    monkeypatch.setattr(
        "expectations.registry.find_kind", lambda name: RuleKind(query=broken_query) if name == "broken" else find(name)
    )
    return "broken"


def test_a_rule_that_raises_fails_the_run(catalog: Catalog, warehouse_url: str, put: Put, broken_kind: str) -> None:
    """A rule with bad SQL among valid ones raises with its id and the database's message; no findings are returned."""
    put(apply_edits(clean_report(catalog), [{"indicator": "hd_dvc", "numerator": "-1"}]))
    good = list(catalog.rules.values())
    rules = [*good, dataclasses.replace(good[0], id="bad_one", kind=broken_kind, indicators=(), parameters={})]
    with pytest.raises(RuleBrokenError) as caught:
        check(warehouse_url, RUN, rules, 1, indicators=catalog.indicators.values())
    assert caught.value.rule == "bad_one"
    assert "no_such_column" in caught.value.reason
    assert isinstance(caught.value, TerminalError)


def test_a_comparing_rule_that_raises_fails_the_run(
    catalog: Catalog, warehouse_url: str, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule of the second stage raises too, after all rules of the first stage were evaluated."""

    def broken_query(_terms: SqlTerms) -> Query:
        return Query(where="t.no_such_column > 0", cell="t.cell", found="t.numerator")

    find = registry.find_kind
    broken = RuleKind(query=broken_query, among_accepted=True)
    monkeypatch.setattr("expectations.registry.find_kind", lambda name: broken if name == "outlier" else find(name))
    put(clean_report(catalog))
    rules = [
        dataclasses.replace(rule, parameters={}) if rule.id == "outlier" else rule for rule in catalog.rules.values()
    ]
    with pytest.raises(RuleBrokenError) as caught:
        check(warehouse_url, RUN, rules, 1, indicators=catalog.indicators.values())
    assert caught.value.rule == "outlier"


def test_refused_reports_are_not_compared(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """If all reports are refused, by rules or on reading, the second stage is skipped."""
    put(
        [
            *apply_edits(clean_report(catalog, 1), [{"indicator": "hd_dvc", "numerator": "-1"}]),
            *clean_report(catalog, 2),
        ]
    )
    rules, indicators = list(catalog.rules.values()), catalog.indicators.values()
    findings = check(warehouse_url, RUN, rules, 2, indicators=indicators, refused=[2])
    assert [(finding.submission_id, finding.issue.code) for finding in findings] == [(1, "not_negative")]


@pytest.mark.parametrize("output", [1, 3])
def test_another_number_of_submissions_fails_the_run(
    output: int, catalog: Catalog, warehouse_url: str, put: Put
) -> None:
    """If two submissions are seen where one or three were staged, the error names both counts."""
    put([*clean_report(catalog, 1), *clean_report(catalog, 2)])
    with pytest.raises(BatchShrunkError) as caught:
        check(warehouse_url, RUN, list(catalog.rules.values()), output, indicators=catalog.indicators.values())
    assert (caught.value.staged, caught.value.seen, caught.value.run_id) == (output, 2, RUN)


def test_an_empty_batch_does_not_pass(
    indicators: Mapping[str, Indicator], rules: Mapping[str, Rule], warehouse_url: str, put: Put
) -> None:
    """Rules hold on an empty table, but a batch that lost all its rows is an error."""
    put([])
    with pytest.raises(BatchShrunkError):
        check(warehouse_url, RUN, list(rules.values()), 8, indicators=indicators.values())


def test_without_submissions_no_connection_is_opened(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without submissions not even a connection is opened."""

    def fail(*_: object) -> None:
        pytest.fail("the evaluator was opened without submissions")

    monkeypatch.setattr("expectations.evaluator.open_evaluator", fail)
    rules = list(catalog.rules.values())
    assert check("postgresql://nowhere/none", RUN, rules, 0, indicators=catalog.indicators.values()) == ()


def test_two_rules_of_one_id_are_refused(
    indicators: Mapping[str, Indicator], rules: Mapping[str, Rule], warehouse_url: str
) -> None:
    """The results of two rules with one id could be confused."""
    rule = rules["not_negative"]
    with pytest.raises(RuleBrokenError, match="same id"):
        check(warehouse_url, RUN, [rule, rule], 1, indicators=indicators.values())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "no_such_kind"}, "there is no rule kind no_such_kind"),
        ({"indicators": ("no_such",)}, "unknown indicator no_such"),
        ({"indicators": ("hd_dvc",)}, "cannot judge hd_dvc"),
        ({"parameters": {"decimals": 2}}, "unknown parameter decimals"),
        ({"parameters": {"decimals_when_unknown": "0); DROP TABLE stg_due; --"}}, "has to be a number"),
        ({"parameters": {"decimals_when_unknown": float("inf")}}, "has to be finite"),
        ({"kind": "required_indicator", "parameters": {}}, "parameter absence is missing"),
        ({"kind": "required_indicator", "parameters": {"absence": "maybe"}}, "one of refuse, warn"),
        ({"kind": "stock_falls", "parameters": {}, "indicators": ("dvc_toantrinh",)}, "falls_over_percent is missing"),
    ],
)
def test_a_rule_written_wrongly_is_refused(
    change: dict[str, object], reason: str, indicators: Mapping[str, Indicator], rules: Mapping[str, Rule]
) -> None:
    """A rule that does not suit its kind is refused before any query."""
    rule: Rule = dataclasses.replace(rules["stated_percent"], **change)  # type: ignore[arg-type] # by field name
    with pytest.raises(RuleBrokenError, match=reason) as caught:
        check("sqlite:///nowhere.db", RUN, [rule], 1, indicators=indicators.values())
    assert caught.value.rule == "stated_percent"
    assert caught.value.place == f"{rule.file}:{rule.line}"
    assert caught.value.place in str(caught.value)


def test_a_warehouse_without_staging_is_named(
    indicators: Mapping[str, Indicator], rules: Mapping[str, Rule], empty_url: str
) -> None:
    """The error for an unmigrated database names the missing table."""
    open_engine(empty_url).connect().close()
    with pytest.raises(StagingUnreadableError, match="stg_submission"):
        check(empty_url, RUN, list(rules.values()), 1, indicators=indicators.values())


def test_an_unreachable_warehouse_is_transient(
    indicators: Mapping[str, Indicator], rules: Mapping[str, Rule], tmp_path: Path
) -> None:
    """A server that does not answer is a transient error, whose message leaves out the password."""
    url = f"postgresql+psycopg://judge:s3cret$HOME@/none?host={tmp_path}"
    with pytest.raises(WarehouseUnreachableError) as caught:
        check(url, RUN, list(rules.values()), 1, indicators=indicators.values())
    assert isinstance(caught.value, TransientError)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("run_id", ["", "x' OR '1'='1", "a:b", "a{b}", "đêm"])
def test_a_run_id_with_other_characters_is_refused(
    run_id: str, indicators: Mapping[str, Indicator], rules: Mapping[str, Rule]
) -> None:
    """The id of a run is part of SQL, so only letters, digits and a few marks are accepted."""
    with pytest.raises(UsageError):
        check("sqlite:///x.db", run_id, list(rules.values()), 1, indicators=indicators.values())


@pytest.mark.long
def test_every_failing_row_is_returned(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """Five hundred wrong cells give five hundred findings, each with its submission, in order."""
    wrong = [{"indicator": "hd_dvc", "numerator": "-1"}]
    put([row for number in range(1, 501) for row in apply_edits(clean_report(catalog, number), wrong)])
    findings = check(warehouse_url, RUN, list(catalog.rules.values()), 500, indicators=catalog.indicators.values())
    assert [finding.submission_id for finding in findings] == list(range(1, 501))
    assert {(finding.issue.code, finding.issue.cell) for finding in findings} == {("not_negative", "E46")}


def test_a_shadow_rule_is_only_recorded(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """A shadow rule is evaluated, and its findings are marked and refuse no report."""
    put(apply_edits(clean_report(catalog), [{"indicator": "hd_dvc", "numerator": "-1"}]))
    rule = dataclasses.replace(catalog.rules["not_negative"], stages={RuleStage.SHADOW: date(2025, 1, 1)})
    (finding,) = check(warehouse_url, RUN, [rule], 1, indicators=catalog.indicators.values())
    assert finding.issue.severity is Severity.INFO
    assert finding.issue.facts["stage"] == "shadow"


def test_a_rule_at_stage_warn_only_warns(catalog: Catalog, warehouse_url: str, put: Put) -> None:
    """A critical rule at stage `warn` warns instead of refusing."""
    put(apply_edits(clean_report(catalog), [{"indicator": "hd_dvc", "numerator": "-1"}]))
    rule = dataclasses.replace(catalog.rules["not_negative"], stages={RuleStage.WARN: date(2025, 1, 1)})
    (finding,) = check(warehouse_url, RUN, [rule], 1, indicators=catalog.indicators.values())
    assert finding.issue.severity is Severity.WARNING
    assert "stage" not in finding.issue.facts


def test_checking_leaves_nothing_behind(
    catalog: Catalog, warehouse_url: str, put: Put, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """No progress bar, log line, thread or changed logger remains."""
    put(clean_report(catalog))
    threads, logger = set(threading.enumerate()), logging.getLogger("great_expectations")
    before = (logger.level, logger.propagate, list(logger.handlers))
    with caplog.at_level(logging.DEBUG, logger="great_expectations"):
        check(warehouse_url, RUN, list(catalog.rules.values()), 1, indicators=catalog.indicators.values())
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.name.startswith("great_expectations")] == []
    assert set(threading.enumerate()) == threads
    assert (logger.level, logger.propagate, list(logger.handlers)) == before
