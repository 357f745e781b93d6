"""Pages of nightly runs: made by Great Expectations, without network, escaped, kept for the last runs."""

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog
from expectations import run_page
from expectations.check import KeptResults, check
from expectations.errors import RunPagesNotWrittenError
from expectations.kept_results import KEPT_ROWS, NightlyResults, Tally, merge, read_results, write_results
from expectations.run_pages import INDEX, KEPT, batch_file, has_pages_due, page_name, update_run_pages
from tests.expectations.staged import RUN, Put, apply_edits, clean_report
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.page.test_page import ATTACK

AT = datetime(2025, 6, 2, 18, tzinfo=UTC)
ROW = {
    "submission_id": "7", "last_day": "2025-05-14", "indicator": "hd_dvc", "village": "", "sheet": "Biểu 01-T",
    "cell": "E46", "found": "-1", "expected": None, "who": "22813 Xã Lâm Sơn · 2025-05",
}  # fmt: skip


def results_of(
    catalog: Catalog, matches: Mapping[str, int] | None = None, run: str = "run-1", batch: str = "1"
) -> NightlyResults:
    """Build the results of a batch in which some rules matched so many wrong cells."""
    counts = {rule: (matches or {}).get(rule, 0) for rule in catalog.rules}
    tallies = {rule: Tally(count, (ROW,) * min(count, KEPT_ROWS)) for rule, count in counts.items()}
    return NightlyResults(run, AT, 8, (f"{batch}.json",), tallies)


def keep(folder: Path, *runs: NightlyResults) -> None:
    """Write the results of batches as the checks of a run do."""
    for results in runs:
        (batch,) = results.batches
        write_results(batch_file(folder, results.run_id, batch.removesuffix(".json")), results)


def written(folder: Path, catalog: Catalog, most: int = 30) -> dict[str, str]:
    """Write the pages and read them back, with the index."""
    update_run_pages(folder, catalog.rules, most, "vi", lambda name: catalog.texts.text(f"expectations.{name}", "vi"))
    pages = {path.parent.name: path.read_text("utf-8") for path in folder.glob("[!.]*/index.html")}
    return pages | ({INDEX: (folder / INDEX).read_text("utf-8")} if pages else {})


def test_a_run_has_a_page_and_a_line_in_the_index(tmp_path: Path, catalog: Catalog) -> None:
    """The page lists failed rules with cells, and rules that held; it links to submissions, and the index to it."""
    results = results_of(catalog, {"not_negative": 2})
    keep(tmp_path, results)
    pages = written(tmp_path, catalog)
    assert set(pages) == {INDEX, page_name(results)}
    page = pages[page_name(results)]
    words = StrictPage(page).words
    assert f"{catalog.rules['not_negative'].title.vi} not_negative critical block" in words
    assert "22813 Xã Lâm Sơn · 2025-05 hd_dvc Biểu 01-T E46 -1 –" in words
    assert 'href="../../submissions/7.html"' in page
    assert page.count("fa-times text-danger") == 1
    assert page.count("fa-check-circle text-success") == len(catalog.rules) - 1
    assert f'href="{page_name(results)}/index.html"' in pages[INDEX]
    assert "2025-06-03 01:00 8 1 / 23 2 run-1".replace("23", str(len(catalog.rules))) in StrictPage(pages[INDEX]).words


def test_pages_load_nothing(tmp_path: Path, catalog: Catalog) -> None:
    """Pages have no URLs but of neighbouring pages, and no external script, font, image or style."""
    keep(tmp_path, results_of(catalog, {"not_negative": 1}))
    for page in written(tmp_path, catalog).values():
        strict = StrictPage(page)
        assert re.findall(r"https?:|//[a-z]|@import|url\(|javascript:|s3\.|amazonaws|dataContextId", page) == []
        assert {tag for tag, _ in strict.elements}.isdisjoint({"script", "link", "img", "iframe", "object", "form"})
        addresses = [attributes["href"] for tag, attributes in strict.elements if tag == "a"]
        assert all(
            re.fullmatch(r"\.\./\.\./submissions/\d+\.html|\.\./index\.html|[\w-]+/index\.html", address or "")
            for address in addresses
        )


def test_hostile_text_is_escaped(tmp_path: Path, catalog: Catalog) -> None:
    """Markup in cells and in names of sheets and units is escaped, which Great Expectations does not do by itself."""
    row = dict.fromkeys(ROW, f"{ATTACK} $x ${{y}}") | {"submission_id": "7"}
    results = replace(results_of(catalog), rules={"not_negative": Tally(1, (row,))})
    keep(tmp_path, results)
    page = written(tmp_path, catalog)[page_name(results)]
    assert "<script" not in page
    assert StrictPage(page).words.count(f"{ATTACK} $x ${{y}}") == 6


@pytest.mark.parametrize(("keeps_nothing", "files"), [(False, 1), (True, 0)])
def test_templates_are_kept_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, keeps_nothing: bool, files: int
) -> None:
    """They lie beside the compiled modules, unless Python is to keep nothing."""
    monkeypatch.setattr(run_page, "_COMPILED", tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", keeps_nothing)
    run_page.OfflinePageView().env.get_template("index.j2")
    assert len(list(tmp_path.iterdir())) == files


def test_batches_of_a_run_are_merged(tmp_path: Path, catalog: Catalog) -> None:
    """Counts are added up; each rule shows its first cells, in the order of the batches."""
    keep(tmp_path, results_of(catalog, {"not_negative": 40}), results_of(catalog, {"not_negative": 40}, batch="2"))
    assert has_pages_due(tmp_path)
    pages = written(tmp_path, catalog)
    assert len(pages) == 2
    assert not has_pages_due(tmp_path)
    results = read_results(tmp_path / KEPT / "run-1" / "night.json")
    assert (results.submissions, results.wrong_cells, len(results.rules["not_negative"].rows)) == (16, 80, KEPT_ROWS)


def test_without_new_results_nothing_is_written(tmp_path: Path, catalog: Catalog) -> None:
    """A run that checked nothing changes no page."""
    keep(tmp_path, results_of(catalog))
    written(tmp_path, catalog)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert update_run_pages(tmp_path, catalog.rules, 30, "vi", str) == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before


def test_only_the_last_runs_are_kept(tmp_path: Path, catalog: Catalog) -> None:
    """Older pages and their results are removed, also from the index."""
    kept_runs = [replace(results_of(catalog, run=f"run-{day}"), at=AT + timedelta(days=day)) for day in range(5)]
    for results in kept_runs:
        keep(tmp_path, results)
        written(tmp_path, catalog, most=3)
    pages = written(tmp_path, catalog, most=3)
    assert set(pages) == {INDEX, *map(page_name, kept_runs[2:])}
    assert sorted(path.name for path in (tmp_path / KEPT).iterdir()) == ["run-2", "run-3", "run-4"]
    assert re.findall(r'href="([^"]+)"', pages[INDEX]) == [
        f"{page_name(results)}/index.html" for results in reversed(kept_runs[2:])
    ]


def test_a_killed_run_counts_no_batch_twice(tmp_path: Path, catalog: Catalog) -> None:
    """A batch that is on the page already is skipped; a new batch of the same run is added."""
    first, second = results_of(catalog, {"not_negative": 1}), results_of(catalog, {"not_negative": 1}, batch="2")
    keep(tmp_path, first)
    written(tmp_path, catalog)
    keep(tmp_path, first, second)
    written(tmp_path, catalog)
    results = read_results(tmp_path / KEPT / "run-1" / "night.json")
    assert (results.submissions, results.wrong_cells, set(results.batches)) == (16, 2, {"1.json", "2.json"})
    assert merge([first, second]).wrong_cells == results.wrong_cells
    keep(tmp_path, first)
    written(tmp_path, catalog)
    assert not has_pages_due(tmp_path)


def test_a_damaged_file_affects_its_batch_only(tmp_path: Path, catalog: Catalog) -> None:
    """The other batches are on the page."""
    keep(tmp_path, results_of(catalog))
    (tmp_path / KEPT / "run-1" / "9.json").write_text("{half a fi", "utf-8")
    assert len(written(tmp_path, catalog)) == 2
    assert not has_pages_due(tmp_path)


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path, catalog: Catalog) -> None:
    """The error names the folder and what happens next."""
    results = results_of(catalog)
    keep(tmp_path, results)
    (tmp_path / page_name(results)).write_text("a file is in the way")
    with pytest.raises(RunPagesNotWrittenError, match="the next run writes whatever is missing"):
        written(tmp_path, catalog)


def test_a_check_keeps_its_results(catalog: Catalog, warehouse_url: str, put: Put, tmp_path: Path) -> None:
    """A check writes its results: the planted defect at its cell, and every rule that held."""
    rows = apply_edits(clean_report(catalog), [{"indicator": "hd_dvc", "numerator": "-1"}])
    put([*rows, *clean_report(catalog, 2)])
    path = batch_file(tmp_path, "run-1", "1")
    known = catalog.indicators.values()
    findings = check(
        warehouse_url,
        RUN,
        list(catalog.rules.values()),
        2,
        indicators=known,
        keep=KeptResults(path, AT, {1: "Lâm Sơn"}),
    )
    kept = read_results(path)
    assert set(kept.rules) == set(catalog.rules)
    assert kept.wrong_cells == len(findings) == 1
    (row,) = kept.rules["not_negative"].rows
    assert (row["who"], row["cell"], row["found"]) == ("Lâm Sơn", findings[0].issue.cell, "-1")


def test_a_full_disk_does_not_change_the_findings(
    catalog: Catalog, warehouse_url: str, put: Put, tmp_path: Path
) -> None:
    """If results cannot be written, a warning is logged and the findings are returned."""
    put(apply_edits(clean_report(catalog), [{"indicator": "hd_dvc", "numerator": "-1"}]))
    (tmp_path / "in-the-way").write_text("a file")
    keep_there = KeptResults(tmp_path / "in-the-way" / "run" / "1.json", AT, {})
    known = catalog.indicators.values()
    assert len(check(warehouse_url, RUN, list(catalog.rules.values()), 1, indicators=known, keep=keep_there)) == 1
