"""Every settled submission has a page of its last state, whatever changed it."""

from pathlib import Path
from uuid import uuid4

import pytest

from domain.catalog.texts import Texts
from domain.periods import parse_period
from flows.actions.preview import preview
from flows.actions.withdraw import decide
from flows.pipeline import pipeline
from flows.pipeline.pipeline import Run
from flows.pipeline.progress import NoProgress
from flows.pipeline.publisher import Publisher
from flows.pipeline.scope import RunScope
from flows.pipeline.stages.quality import pages_due
from flows.support.context import AppContext
from publishing.errors import PagesNotWrittenError
from tests.flows.pipeline.nightly_runs import WRONG, context_of, deliver, immediate_steps, rows_of, run_plainly
from tests.publishing.page.strict_page import StrictPage
from warehouse.submissions.lifecycle import DecisionReason
from warehouse.submissions.report_keys import ReportKey
from workbooks.sample.inbox import SampleFile

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("runs_publish_figures")]

MAY = parse_period("2025-05")


def words_of(home: Path, unit: str, version: int = 1) -> str:
    """What the page of a unit's report says."""
    rows = rows_of(home, f"SELECT id FROM submission WHERE unit_code = '{unit}' AND version = {version}")
    ((number,),) = rows
    page = StrictPage((home / "quality" / "submissions" / f"{number}.html").read_text("utf-8"))
    assert page.problems == []
    return page.words


def pages(home: Path) -> dict[str, int]:
    """Every page with the moment of its writing."""
    return {path.name: path.stat().st_mtime_ns for path in (home / "quality" / "submissions").glob("*.html")}


def place_of(context: AppContext, unit: str) -> ReportKey:
    """The report of a unit in May."""
    (form,) = context.catalog.forms.of_units
    day = context.catalog.forms.last_day(form.id, MAY)
    return ReportKey(context.catalog.units.get(unit, day).key, form.id, MAY)


def test_nightly_run_writes_a_page_for_each_submission(after_night: Path, texts: Texts) -> None:
    """Seven accepted, one refused with its cells; the next nightly run, without news, rewrites none of them."""
    result = rows_of(after_night, "SELECT id FROM submission")
    assert set(pages(after_night)) == {f"{number}.html" for (number,) in result}
    assert texts.text("publishing.outcome_quarantined", "en") in words_of(after_night, WRONG)
    for sheet, cell in rows_of(after_night, "SELECT sheet, cell FROM issue WHERE severity = 'critical'"):
        assert f"{cell} {sheet}" in words_of(after_night, WRONG)
    before = pages(after_night)
    run_plainly(context_of(after_night), "second")
    assert pages(after_night) == before


def test_correction_updates_both_pages(after_night: Path, correction: SampleFile, texts: Texts) -> None:
    """The refused version's page names the accepted one, and no other commune's page is written again."""
    before = pages(after_night)
    deliver(after_night, [correction])
    run_plainly(context_of(after_night), "rerun", "2025-05", [WRONG])
    after = pages(after_night)
    assert len([name for name, moment in before.items() if after[name] != moment]) == 1
    assert len(after) == len(before) + 1
    for version in (1, 2):
        assert "Version 1" in words_of(after_night, WRONG, version)
        assert "Version 2" in words_of(after_night, WRONG, version)
    assert texts.text("publishing.outcome_accepted", "en") in words_of(after_night, WRONG, 2)


def test_withdrawal_updates_the_page_at_once(after_night: Path, texts: Texts) -> None:
    """The page of a withdrawn report names the person and the reason."""
    context = context_of(after_night)
    run = Run(context, RunScope(period=MAY), immediate_steps(str(uuid4())), NoProgress())
    decide(run, "withdraw", place_of(context, "22813"), DecisionReason("the wrong month", "lan"))
    words = words_of(after_night, "22813")
    assert texts.text("publishing.outcome_withdrawn", "en") in words
    assert "lan: “the wrong month”" in words


def test_a_run_killed_before_its_pages_is_made_good(
    home: Path, first_files: tuple[SampleFile, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that died before or amid its pages leaves them to the next one."""
    deliver(home, first_files)
    done: list[int] = []

    def killed(context: AppContext, batch: object) -> int:
        if done:
            raise KeyboardInterrupt
        done.append(1)
        return real(context, batch)  # type: ignore[arg-type] # handed on as it came

    real = pipeline.write_pages
    monkeypatch.setattr(pipeline, "write_pages", killed)
    with pytest.raises(KeyboardInterrupt):
        run_plainly(context_of(home, batch_size=3), "killed")
    assert len(pages(home)) == 3
    monkeypatch.undo()
    run_plainly(context_of(home), "next")
    assert len(pages(home)) == len(first_files)
    assert pages_due(context_of(home)).submissions == ()


def test_lost_pages_are_written_again(after_night: Path) -> None:
    """A deleted folder of pages is restored by the next run."""
    before = set(pages(after_night))
    for path in (after_night / "quality" / "submissions").iterdir():
        path.unlink()
    run_plainly(context_of(after_night), "next")
    assert set(pages(after_night)) == before


def test_a_full_disk_costs_the_pages_only(home: Path, first_files: tuple[SampleFile, ...]) -> None:
    """Figures are published before any page is written, and the failure is reported."""
    deliver(home, first_files)
    (home / "quality").write_text("a file is in the way")
    with pytest.raises(PagesNotWrittenError):
        run_plainly(context_of(home), "full")
    assert (home / "published" / "2025-05" / "585" / "rollup.csv").is_file()


def test_a_preview_writes_no_page(after_night: Path, correction: SampleFile) -> None:
    """A preview leaves no quality pages."""
    before = pages(after_night)
    deliver(after_night, [correction])
    preview(context_of(after_night), RunScope(MAY, frozenset([WRONG])), NoProgress())
    assert pages(after_night) == before


def nights_of(home: Path) -> list[str]:
    """Return the names of the nightly runs' pages."""
    return sorted(path.parent.name for path in (home / "quality" / "nights").glob("[!.]*/index.html"))


def test_nightly_run_has_a_page_of_its_rule_results(after_night: Path) -> None:
    """The run has one page in the list; each cell links to its submission's page, which exists."""
    (name,) = nights_of(after_night)
    folder = after_night / "quality" / "nights" / name
    page = (folder / "index.html").read_text("utf-8")
    links = [attributes["href"] or "" for tag, attributes in StrictPage(page).elements if tag == "a"]
    of_cells = [link for link in links if link.startswith("../../submissions/")]
    assert of_cells
    assert all((folder / link).is_file() for link in of_cells)
    assert f"{WRONG} Xã Ma Nới · 2025-05" in StrictPage(page).words
    assert name in (after_night / "quality" / "nights" / "index.html").read_text("utf-8")


def test_nightly_run_without_news_has_no_page(after_night: Path) -> None:
    """A run without judgements writes no page."""
    before = nights_of(after_night)
    run_plainly(context_of(after_night), "idle")
    assert nights_of(after_night) == before


def test_page_of_a_killed_run_comes_with_the_next_run(
    home: Path, first_files: tuple[SampleFile, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rule results were kept batch by batch; the page of the run that completed it lies beside its own."""
    deliver(home, first_files)
    monkeypatch.setattr(pipeline, "roll_up_changes", _die)
    with pytest.raises(KeyboardInterrupt):
        run_plainly(context_of(home, batch_size=3), "killed")
    monkeypatch.undo()
    assert nights_of(home) == []
    run_plainly(context_of(home), "next")
    (name,) = nights_of(home)
    assert name.endswith("-killed")


def _die(_run: Run, _publisher: Publisher) -> None:
    raise KeyboardInterrupt


def test_pages_of_nightly_runs_can_be_switched_off(home: Path, first_files: tuple[SampleFile, ...]) -> None:
    """With retention 0 no results are kept for them; submissions have their pages all the same."""
    deliver(home, first_files)
    run_plainly(context_of(home, quality_nights=0))
    assert not (home / "quality" / "nights").exists()
    assert len(pages(home)) == len(first_files)
