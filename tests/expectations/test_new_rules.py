"""A rule of a known kind takes YAML only; a new kind takes one file in `kinds/`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog, load_catalog
from expectations import kinds
from expectations.check import check
from expectations.registry import find_kind, kind_names
from tests.catalogs import copy_small
from tests.expectations.staged import RUN, Put, apply_edits, clean_report

_RULE = """
- id: {id}
  kind: {kind}
  title: {{vi: "Quy tắc thử", en: "A rule on trial"}}
  message: {{vi: "Ô {{cell}}: {{found}}.", en: "Cell {{cell}}: {{found}}."}}
  action: {{vi: "Đề nghị kiểm tra.", en: "Check it."}}
  indicators: [{indicator}]
  parameters: {parameters}
  severity: critical
  stages: {{block: 2024-01-01}}
  source: "Thử nghiệm"
"""

_KIND = '''"""A figure is an even number."""

from expectations.kind import Query, RuleKind, SqlTerms


def _query(terms: SqlTerms) -> Query:
    del terms
    return Query(
        where="t.village = '' AND CAST(t.numerator AS INTEGER) % 2 = 1", cell="t.cell", found="t.numerator"
    )


KIND = RuleKind(query=_query)
'''


@pytest.fixture
def new_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Add the file of a kind beside the others."""
    (tmp_path / "kinds").mkdir()
    (tmp_path / "kinds" / "even_number.py").write_text(_KIND, "utf-8")
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path / "kinds")])
    kind_names.cache_clear()
    yield "even_number"
    monkeypatch.undo()
    kind_names.cache_clear()
    find_kind.cache_clear()


def with_rule(root: Path, **facts: str) -> Catalog:
    """Copy the shipped catalogue, with few provinces, and add a rule in a file of its own."""
    copy_small(root)
    (root / "rules" / "more.yaml").write_text(_RULE.format(**facts), "utf-8")
    return load_catalog(root)


def matches_of(catalog: Catalog, url: str) -> list[tuple[str, str | None, str | None]]:
    """Return rule, cell and value of all findings of a catalogue's rules."""
    findings = check(url, RUN, list(catalog.rules.values()), 1, indicators=catalog.indicators.values())
    return [(finding.issue.code, finding.issue.cell, finding.issue.found) for finding in findings]


def test_a_rule_of_a_known_kind_is_yaml_only(catalog: Catalog, tmp_path: Path, warehouse_url: str, put: Put) -> None:
    """A rule added to a copied catalogue matches the defect planted for it, and no other rule does."""
    indicator = "hddt_mtt"
    more = with_rule(
        tmp_path / "catalog",
        id="on_trial",
        kind="within_range",
        indicator=indicator,
        parameters="{maximum: 5}",
    )
    rows = apply_edits(
        clean_report(catalog), [{"indicator": indicator, "numerator": "6", "denominator": "6", "stated": "100"}]
    )
    put(rows)
    (cell,) = (row.cell for row in rows if getattr(row, "indicator", "") == indicator and hasattr(row, "cell"))
    matches = matches_of(more, warehouse_url)
    assert ("on_trial", cell, "6") in matches
    assert {code for code, _, _ in matches} == {"on_trial"}
    assert matches_of(catalog, warehouse_url) == []


def test_a_new_kind_is_one_file(catalog: Catalog, tmp_path: Path, warehouse_url: str, put: Put, new_kind: str) -> None:
    """A file added to the folder is a known kind at once, and a rule of it matches its defect."""
    indicator = "hd_dvc"
    more = with_rule(tmp_path / "catalog", id="on_trial", kind=new_kind, indicator=indicator, parameters="{}")
    put(apply_edits(clean_report(catalog), [{"indicator": indicator, "numerator": "7"}]))
    assert [(code, value) for code, _, value in matches_of(more, warehouse_url)] == [("on_trial", "7")]
