"""Results of shadow rules are on no page, row, command's output or marked copy; they are kept for back-tests."""

import json
from pathlib import Path

import pytest

from cli.output.check_json import as_plain
from domain.catalog.catalog import Catalog
from domain.submissions import Judgement
from flows.actions.check_files import check_files
from flows.pipeline.progress import NoProgress
from flows.support.named_files import resolve_files
from flows.support.sources import source_folders
from tests.builders import make_workbook
from tests.catalogs import copy_small
from tests.flows.pipeline.nightly_runs import AREA, NOW, context_of, put, rows_of, run_plainly, settings_of

pytestmark = pytest.mark.long

UNIT, RULE = "22813", "team_size"
STAGES = "stages: {shadow: 2024-01-01, warn: 2025-01-01}"


@pytest.fixture
def on_trial(tmp_path: Path) -> Path:
    """The small catalogue, in which the one rule of numbers that warns is still on trial."""
    root = copy_small(tmp_path / "catalog")
    file = root / "rules" / "numbers.yaml"
    text = file.read_text("utf-8")
    assert text.count(STAGES) == 1
    file.write_text(text.replace(STAGES, "stages: {shadow: 2024-01-01}"), "utf-8")
    return root


@pytest.fixture
def too_many(catalog: Catalog) -> bytes:
    """A commune's workbook with a team of 70, which the rule would ask about."""
    return make_workbook(catalog, UNIT, "2025-05", edits={"TH.V.1.tcnscd_tv": 70})


def test_nightly_run_hides_shadow_rules(home: Path, on_trial: Path, too_many: bytes) -> None:
    """The report is accepted; no output holds the rule or its texts."""
    put(home / "inbox" / f"BC_{UNIT}_2025-05.xlsx", too_many)
    context = context_of(home, catalog=on_trial)
    (submission_outcome,) = run_plainly(context, pages=True).verdicts
    assert (submission_outcome.judgement, submission_outcome.issues) == (Judgement.ACCEPTED, ())
    kept = rows_of(home, f"SELECT severity, json_extract(facts, '$.stage') FROM issue WHERE code = '{RULE}'")
    assert kept == [("info", "shadow")]
    title = context.catalog.rules[RULE].title
    published = home / "published" / "2025-05" / AREA
    for name in ("report.html", "rollup.csv"):
        text = (published / name).read_text(encoding="utf-8")
        assert not [word for word in (RULE, title.vi, title.en) if word in text]


def test_check_hides_shadow_rules(home: Path, on_trial: Path, too_many: bytes, tmp_path: Path) -> None:
    """Results of a shadow rule appear neither in text nor in JSON."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(too_many)
    settings = settings_of(home, catalog=on_trial)
    checked = check_files(
        settings, resolve_files((path,), source_folders(settings), None, None), NoProgress(), lambda: NOW
    )
    assert [check_file.issues for check_file in checked] == [()]
    context = context_of(home, catalog=on_trial)
    assert json.loads(json.dumps(as_plain(checked, context.catalog, "vi"), default=str))[0]["issues"] == []
