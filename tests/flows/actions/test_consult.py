"""A consultation is said on the published page, and ends by closing the period, unless a unit objects."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from errno import ENOSPC
from pathlib import Path
from unittest.mock import Mock

import pytest

from domain.errors import UsageError
from domain.officers.consultations import ConsultationAnswerKind
from domain.periods import parse_period
from domain.rollups import Boundary
from flows.actions.closing import close_period
from flows.actions.closing.consult import begin_consulting, cancel_consulting, close_what_is_over, settle_objection
from flows.pipeline.pipeline import Run
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from flows.pipeline.steps import PlainSteps
from tests.flows.pipeline.nightly_runs import AREA, NOW, context_of, published_rows, rows_of, settings_of, without_pages
from warehouse.rollups.consultations import require_consultation, write_answer
from warehouse.rollups.scope import RollupKey
from warehouse.store.engine import transaction
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.withdrawal import Decision

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("close")]

FORM, MAY, UNIT = "cds_x_t", parse_period("2025-05"), "22813"
AFTER = NOW + timedelta(days=9)
WHY = DecisionReason("trước khi ký", "an")


@pytest.fixture
def figures_only() -> Iterator[None]:
    """Publish figures, and the page that states a bundle's language."""
    with without_pages("report.html"):
        yield


def run_of(home: Path, run_id: str, now: datetime = NOW) -> tuple[Run, RollupKey]:
    """Return a run about May of the district."""
    context = context_of(home, now)
    area = context.catalog.area(AREA, FORM, MAY, Boundary.AS_THEN, context.today)
    return Run(context, RunScope(MAY), PlainSteps(run_id, delays=()), NoProgress()), RollupKey(area, FORM, MAY)


def begin(home: Path, now: datetime = NOW, *, partial: bool = False) -> None:
    """Begin a consultation about May, for the week after a moment."""
    run, key = run_of(home, f"begin {now}", now)
    begin_consulting(run, key, (now + timedelta(days=8)).date(), WHY, partial=partial)


def object_to_it(home: Path) -> None:
    """Let a commune object."""
    run, key = run_of(home, "object")
    unit = run.context.catalog.units.get(UNIT, date(2025, 5, 14)).key
    with transaction(run.context.engine) as session:
        answer = Decision(DecisionReason("thiếu một thôn", "cô Lan"), NOW)
        write_answer(session, require_consultation(session, key), unit, ConsultationAnswerKind.OBJECT, answer)


def close_over(home: Path, now: datetime = AFTER) -> tuple[str, ...]:
    """Do what the nightly run does after the last day."""
    return close_what_is_over(context_of(home, now), settings_of(home))


def page_of(home: Path) -> str:
    """Return the site's page of the district and period."""
    return (home / "published" / "site" / "2025-05" / AREA / "index.vi.html").read_text("utf-8")


def finality(home: Path) -> set[str]:
    """Return the finality of the published rows."""
    return {row["finality"] for row in published_rows(home).values()}


def test_silence_counts_as_agreed(after_correction: Path) -> None:
    """The page says preliminary and until when; until the last day is over nothing is closed, then all is final."""
    begin(after_correction)
    assert "Số liệu sơ bộ" in page_of(after_correction)
    assert "đến hết ngày 10/06/2025; không có ý kiến là đồng ý" in page_of(after_correction)
    assert close_what_is_over(context_of(after_correction), settings_of(after_correction)) == ()
    assert finality(after_correction) == {"preliminary"}
    assert close_over(after_correction) == ()
    assert finality(after_correction) == {"final"}
    assert "Số liệu chính thức" in page_of(after_correction)
    assert "đến hết ngày" not in page_of(after_correction)
    ended = rows_of(after_correction, "SELECT outcome, ended_by FROM consultation")
    assert ended == [("closed", "tonghop")]
    assert close_over(after_correction) == ()


@pytest.mark.usefixtures("figures_only")
def test_an_open_objection_needs_an_officer(after_correction: Path) -> None:
    """The run says whose it is; once it is settled the next run closes the period."""
    begin(after_correction)
    object_to_it(after_correction)
    (reason,) = close_over(after_correction)
    assert "1 units object to 2025-05 of Huyện Ninh Sơn (585) (22813 Xã Lâm Sơn)" in reason
    assert finality(after_correction) == {"preliminary"}
    run, key = run_of(after_correction, "settle", AFTER)
    unit = run.context.catalog.units.get(UNIT, date(2025, 5, 14)).key
    settle_objection(run, key, unit, DecisionReason("đã đối chiếu", "an"))
    assert close_over(after_correction) == ()
    assert finality(after_correction) == {"final"}


@pytest.mark.usefixtures("figures_only")
def test_missing_reports_wait_unless_they_were_allowed_to(after_night: Path) -> None:
    """One commune's report was returned: the period is closed without it only where the consultation says so."""
    begin(after_night)
    (reason,) = close_over(after_night)
    assert "--partial" in reason
    run, key = run_of(after_night, "cancel", AFTER)
    cancel_consulting(run, key, WHY)
    begin(after_night, AFTER, partial=True)
    assert close_over(after_night, AFTER + timedelta(days=9)) == ()
    assert finality(after_night) == {"final"}


@pytest.mark.usefixtures("figures_only")
def test_a_period_that_cannot_be_closed_is_named(after_correction: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full ends no nightly run: it says so, and the next one closes the period."""
    begin(after_correction)
    with monkeypatch.context() as full_disk:
        full_disk.setattr(close_period, "write_archive", Mock(side_effect=OSError(ENOSPC, "full")))
        (reason,) = close_over(after_correction)
    assert "no room" in reason
    assert finality(after_correction) == {"preliminary"}
    assert close_over(after_correction) == ()
    assert finality(after_correction) == {"final"}


def test_a_last_day_that_is_over_is_refused(after_night: Path) -> None:
    """No unit could answer; nothing is recorded but the attempt."""
    run, key = run_of(after_night, "begin")
    with pytest.raises(UsageError, match="is over: name a last day"):
        begin_consulting(run, key, NOW.date() - timedelta(days=1), WHY)
    assert rows_of(after_night, "SELECT count(*) FROM consultation") == [(0,)]
