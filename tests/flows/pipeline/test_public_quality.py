"""Quality of reporting on the published site: by a setting, counted anew at each run, on both engines."""

from datetime import timedelta
from pathlib import Path

import pytest

from flows.support.context import AppContext
from flows.support.settings import load_settings
from tests.flows.pipeline.nightly_runs import AREA, NOW, context_of, deliver, run_plainly
from workbooks.sample.inbox import SampleFile

pytestmark = pytest.mark.services

AFTER_DEADLINE = NOW + timedelta(days=1)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_pages_come_move_and_go(
    request: pytest.FixtureRequest,
    home: Path,
    first_files: tuple[SampleFile, ...],
    correction: SampleFile,
    engine: str,
) -> None:
    """The first run publishes them, a correction moves them, and the run after the setting is off takes them away."""
    url = request.getfixturevalue("postgres_warehouse") if engine == "postgresql" else ""
    site = home / "published" / "site"
    page = site / "quality" / AREA / "index.en.html"

    def context(*, public: bool) -> AppContext:
        return context_of(home, AFTER_DEADLINE, warehouse_url=url, quality_public=public)

    deliver(home, first_files)
    run_plainly(context(public=True), "first", pages=True)
    assert "returned, not corrected" in page.read_text()
    assert "returned, corrected" in page.read_text()  # the legend
    before = page.resolve()
    run_plainly(context(public=True), "second", pages=True)
    assert page.resolve() == before
    deliver(home, [correction])
    run_plainly(context(public=True), "third", pages=True)
    assert page.read_text().count("returned, not corrected") < before.read_text().count("returned, not corrected")
    assert f"../../quality/{AREA}/index.vi.html" in (site / "2025-05" / AREA / "index.vi.html").read_text()
    run_plainly(context(public=False), "fourth", pages=True)
    assert not page.exists()
    assert "/quality/" not in (site / "2025-05" / AREA / "index.vi.html").read_text()


def test_it_is_off_unless_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the office sees the quality of its communes until it decides otherwise."""
    assert not load_settings().quality_public
    monkeypatch.setenv("TONGHOP_QUALITY_PUBLIC", "true")
    assert load_settings().quality_public
