"""A small load test: communes upload and officers act during a nightly run, and nothing is lost or there twice."""

from pathlib import Path

import pytest

from tests.tools.deadline_day import Load, live

pytestmark = [pytest.mark.full, pytest.mark.timeout(900)]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_nothing_is_lost_or_there_twice(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Thirty uploads and five officers beside a run of ten reports, on either engine."""
    url = request.getfixturevalue("postgres_warehouse") if engine == "postgresql" else ""
    load = Load(uploads=30, officers=5, nightly=10, spread=10.0, pause=0.5, engine_url=url)
    measured, lost = live(tmp_path / "home", load)
    assert lost == []
    assert len(measured.receipts) == load.uploads
    assert measured.acts
