"""Closing and reopening a period at the desk."""

from pathlib import Path

import pytest

from tests.flows.pipeline.nightly_runs import AREA, WRONG, rows_of
from tests.web.desk.acts.conftest import REPORT, Officer

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("close")]

FIGURES = {"form": "cds_x_t", "area": AREA, "period": "2025-05"}


@pytest.fixture(scope="module", autouse=True)
def only_figures_are_published() -> None:
    """Publish pages as well: they are in the bundle of a closing."""


def test_a_period_is_closed_and_reopened(officer: Officer, after_night: Path) -> None:
    """It closes without a report only if that is asked for; closed it refuses acts; both are in the record."""
    page = officer.client.get("/acts").text
    assert f'href="/acts/close?form=cds_x_t&amp;area={AREA}&amp;period=2025-05"' in page
    assert officer.preview("close", **FIGURES).status_code == 400
    previewed = officer.preview("close", **FIGURES, partial="1")
    assert f"Chốt mà chưa có báo cáo của {WRONG}" in previewed.text
    assert rows_of(after_night, "SELECT count(*) FROM closing") == [(0,)]
    closed = officer.confirm("close", previewed)
    assert "Bộ hồ sơ chốt kỳ: closed/2025-05/" in closed.text
    assert rows_of(after_night, "SELECT closed_by, reopened_at FROM closing") == [("Chị Hoa", None)]
    assert "đã chốt: Chị Hoa" in officer.client.get("/acts").text
    refused = officer.preview("withdraw", **REPORT, version="1")
    assert (refused.status_code, "Chị Hoa" in refused.text) == (400, True)
    officer.carry_out("reopen", **FIGURES)
    assert rows_of(after_night, "SELECT reopened_by, reopen_reason FROM closing") == [("Chị Hoa", "Đã gọi xã")]
    assert officer.preview("reopen", **FIGURES).status_code == 400


def test_figures_closed_meanwhile_are_a_conflict(officer: Officer) -> None:
    """A second officer's confirmation of the same closing does nothing."""
    previewed = officer.preview("close", **FIGURES, partial="1")
    officer.carry_out("close", **FIGURES, partial="1")
    assert officer.confirm("close", previewed).status_code == 409


def test_periods_without_figures_are_not_listed(officer: Officer) -> None:
    """An address of none is not found."""
    assert officer.client.get("/acts?figures=cds_x_t:2020-01").status_code == 404
    assert officer.client.get("/acts/close?form=cds_x_t&area=999&period=2025-05").status_code == 404
