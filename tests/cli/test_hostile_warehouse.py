"""Texts of communes in the warehouse are data wherever they are read: by commands, the API, the office's pages."""

import json
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest
from pyarrow import BufferReader, parquet
from sqlalchemy import text
from starlette.testclient import TestClient

from connectors.landing import Landing
from connectors.stores.local import LocalStore
from publishing.data.build import write_data
from publishing.figures.formatter import ReportFormatter
from tests.cli.command import live_in, runner
from tests.flows.pipeline.nightly_runs import AREA, NOW, WRONG, context_of, settings_of
from tests.hostile_texts import ACTING, HOSTILE_TEXTS
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.site.sites import links_of
from tests.publishing.test_hostile_texts import CHECKS
from warehouse.rollups.newest_figures import newest_figures
from warehouse.store.engine import Engine, reading
from web.apps import published_site
from web.desk.app import office_site
from web.desk.context import DeskContext

pytestmark = pytest.mark.long
TYPED = {
    "delivery": ("file_name", "path", "sender"),
    "submission": ("file_name",),
    "issue": ("sheet", "found"),
    "repair": ("sheet", "before", "after"),
    "observation": ("sheet", "numerator_raw"),
}
"""Columns of what others wrote, by table."""
COMMANDS = (
    ("status", "--area", AREA, "--period", "2025-05"),
    ("history", "--unit", WRONG, "--period", "2025-05"),
    ("history", "--unit", "22813", "--period", "2025-05"),
    ("explain", "--area", AREA, "--period", "2025-05", "--indicator", "dd_kichhoat"),
    ("held", "list"),
    ("replies", "list"),
    ("runs",),
    ("waivers",),
)


@pytest.fixture
def spoiled(after_night: Path) -> Path:
    """Return a home whose warehouse holds the texts, one after another, in all that others wrote."""
    context, texts = context_of(after_night), cycle(HOSTILE_TEXTS.values())
    assert isinstance(context.engine, Engine)
    with context.engine.begin() as connection:
        for table, columns in TYPED.items():
            for (row,) in connection.execute(text(f"SELECT rowid FROM {table}")).all():  # named above
                values = {column: next(texts)[:9_000].replace("\0", "") for column in columns}
                change = ", ".join(
                    f"{column} = CASE WHEN {column} IS NULL THEN NULL ELSE :{column} END" for column in columns
                )
                connection.execute(text(f"UPDATE {table} SET {change} WHERE rowid = :row"), {**values, "row": row})
    context.engine.dispose()
    return after_night


def assert_visible(shown: str) -> None:
    """Assert that no acting character is left."""
    assert not ACTING.difference("\r").intersection(shown)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_commands_print_texts_and_nothing_acts(
    spoiled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    """Whatever a command reads from the warehouse, a terminal gets visible texts, in words and as JSON."""
    live_in(spoiled, monkeypatch, TONGHOP_LANG=lang)
    run = runner(monkeypatch, capsys)
    shown = ""
    for command in COMMANDS:
        code, printed, errors = run(*command)
        shown += printed
        assert code in {0, 1}, (command, errors)
        assert_visible(printed + errors)
    assert "evil" in shown
    code, printed, _ = run("history", "--unit", WRONG, "--period", "2025-05", "--json")
    assert code == 0
    assert_visible(printed)
    json.loads(printed)


def test_the_api_answers_texts_and_nothing_acts(spoiled: Path) -> None:
    """Names of files and sheets in lineage and coverage are visible texts."""
    context = context_of(spoiled)
    assert isinstance(context.engine, Engine)
    store, formatter = LocalStore(spoiled / "published"), ReportFormatter(context.catalog, "en")
    api = TestClient(published_site(store, formatter, NOW.date, context.engine))
    lineage = api.get(f"/api/v1/figures/{AREA}/2025-05/dd_kichhoat/lineage")
    assert "evil" in lineage.text
    for answer in (lineage, api.get("/api/v1/changes?since=0"), api.get(f"/api/v1/figures?area={AREA}&period=2025-05")):
        assert answer.status_code == 200
        assert_visible(json.dumps(answer.json(), ensure_ascii=False).replace("\\n", " "))
    context.engine.dispose()


def test_the_office_lists_texts_and_nothing_acts(spoiled: Path) -> None:
    """The list of submissions has links of its own only, and no script."""
    context = context_of(spoiled)
    assert isinstance(context.engine, Engine)
    folders = spoiled / "quality", LocalStore(spoiled / "outbox"), Landing(spoiled / "landing")
    desk = DeskContext(context.catalog, context.engine, *folders, lambda: NOW, settings_of(spoiled), lambda: context)
    office = TestClient(office_site(desk, "an:matkhau"))
    for address in ("/inventory", "/acts", "/submissions", "/submissions?period=2025-05"):
        answer = office.get(address, auth=("an", "matkhau"))
        assert answer.status_code == 200, address
        page = StrictPage(answer.text)
        assert not page.problems
        assert not [name for _, facts in page.elements for name in facts if name.startswith("on")]
        assert not [link for link in links_of(page) if "evil" in link or "script:" in link]
        assert_visible(answer.text)
    context.engine.dispose()


def data_files(home: Path, root: Path) -> Iterator[tuple[str, bytes]]:
    """Write the data files of a home's figures anew, and yield those that hold what was typed."""
    context = context_of(home)
    with reading(context.engine) as session:
        write_data(newest_figures(session), context.catalog, LocalStore(root))
    context.engine.dispose()
    for path in sorted((root / "data").rglob("*observations_*.*")):
        yield path.name, path.read_bytes()


def test_observations_hold_texts_and_nothing_acts(spoiled: Path, night_home: Path, tmp_path: Path) -> None:
    """Names of files in Parquet and both CSV files are texts: as many rows as of harmless names, and no formula."""
    hostile, plain = (dict(data_files(home, tmp_path / home.parent.name)) for home in (spoiled, night_home))
    assert len(hostile) == len(plain) >= 3
    for name, data in hostile.items():
        if name.endswith(".parquet"):
            files, plainly = (
                parquet.read_table(BufferReader(each)).column("file_name").to_pylist() for each in (data, plain[name])
            )
            assert len(files) == len(plainly)
            assert not ACTING.intersection("".join(files))
        else:
            check = CHECKS["excel_data.csv" if name.startswith("excel_") else ".csv"]
            check(data, plain[name])
