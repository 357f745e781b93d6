"""Queries of rules, which run at once."""

import threading
from concurrent.futures import Future

import pytest

from domain.catalog.catalog import Catalog
from expectations.check import check
from expectations.evaluator import open_evaluator
from expectations.rule_queries import Rows, begin_query
from tests.expectations.staged import RUN, Put, apply_edits, clean_report

ENDLESS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) SELECT COUNT(*) FROM numbers"


def test_queries_at_once_find_what_they_find_one_by_one(
    catalog: Catalog, warehouse_url: str, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Findings and their order do not depend on how many queries run at once."""
    edits: list[dict[str, object]] = [
        {"indicator": "hd_dvc", "numerator": "-1"},
        {"indicator": "hsskdt", "numerator": "99999999"},
        {"indicator": "dvc_toantrinh", "denominator": "1"},
    ]
    put([row for number in (1, 2) for row in apply_edits(clean_report(catalog, number), edits[number - 1 :])])
    rules, indicators = list(catalog.rules.values()), catalog.indicators.values()
    at_once = check(warehouse_url, RUN, rules, 2, indicators=indicators)
    monkeypatch.setattr("expectations.rule_queries._AT_ONCE", 1)
    assert check(warehouse_url, RUN, rules, 2, indicators=indicators) == at_once
    assert {finding.submission_id for finding in at_once} == {1, 2}


def test_an_interrupt_ends_all_queries(warehouse_url: str) -> None:
    """A query that runs is stopped, one that has not begun is left out, and no thread remains."""
    threads, futures = set(threading.enumerate()), list[Future[Rows]]()

    def interrupted() -> None:
        with open_evaluator(warehouse_url):
            futures.extend(begin_query(ENDLESS) for _ in range(3))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert all(future.done() for future in futures)
    assert futures[-1].cancelled()
    assert set(threading.enumerate()) == threads


def test_a_percent_sign_is_no_parameter(warehouse_url: str) -> None:
    """A rule may calculate remainders."""
    with open_evaluator(warehouse_url):
        assert begin_query("SELECT 7 % 4 AS remainder, 'a:b' AS text").result() == [{"remainder": "3", "text": "a:b"}]
