"""The data folder after a nightly run: what is in it, what a correction moves, and what a kill leaves."""

import csv
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dplib
import jsonschema
import pytest
from frictionless import Package
from pyarrow import parquet
from sqlalchemy import insert, inspect, select

from connectors.stores.local import LocalStore
from domain.catalog.catalog import Catalog
from domain.rollups import Finality
from publishing.data.build import write_data
from publishing.data.data_columns import TABLES
from publishing.storage.published_tree import PublishedTree
from tests.flows.pipeline.nightly_runs import WRONG, context_of, deliver, published_rows, run_plainly
from tests.publishing.page.strict_page import StrictPage
from tests.publishing.site.sites import links_of, resolved
from warehouse.models import PublicationRow, RollupFigureRow, RollupRevisionRow
from warehouse.rollups.newest_figures import NewestFigures, newest_figures
from warehouse.store.engine import reading, transaction
from workbooks.sample.inbox import SampleFile

ROLLUP = "rollup/period=2025-05"
OBSERVATIONS = "observations/period=2025-05/province=58"


@pytest.fixture
def data(night_home: Path) -> Path:
    """Return the data folder after the first nightly run, which is not to be written to."""
    return night_home / "published" / "data"


@pytest.fixture
def home_catalog(night_home: Path) -> Catalog:
    """Return the catalogue of the home."""
    context = context_of(night_home)
    context.engine.dispose()
    return context.catalog


def files_of(data: Path) -> dict[str, tuple[int, str]]:
    """Return inode and hash of each file."""
    return {
        str(path.relative_to(data.resolve())): (path.stat().st_ino, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(data.resolve().rglob("*"))
        if path.is_file()
    }


@contextmanager
def newest_of(home: Path) -> Iterator[NewestFigures]:
    """Read the newest figures of a home."""
    context = context_of(home)
    with reading(context.engine) as session:
        yield newest_figures(session)
    context.engine.dispose()


def alter(file: Path) -> None:
    """Alter a file in its first half, which is that of the first of two areas."""
    data = bytearray(file.read_bytes())
    data[len(data) // 4] ^= 1
    file.write_bytes(data)


def add_another_area(home: Path) -> None:
    """Publish the figures of the home's only revision as those of another area, too, which has no reports."""
    context = context_of(home)
    with transaction(context.engine) as session:
        for row, changes in (
            (RollupRevisionRow, {"id": 2, "area_code": "586"}),
            (RollupFigureRow, {"revision_id": 2}),
            (PublicationRow, {"id": 2, "revision_id": 2}),
        ):
            names = [column.key for column in inspect(row).column_attrs]
            copied = [{name: getattr(each, name) for name in names} | changes for each in session.scalars(select(row))]
            session.execute(insert(row), copied)
    context.engine.dispose()


def rows_of(path: Path) -> list[dict[str, str]]:
    """Read a CSV file for programs."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_rollup_says_what_is_published(data: Path, night_home: Path) -> None:
    """The figures are those of the area's own file, with names beside codes."""
    rows = rows_of(data / ROLLUP / "rollup_2025-05.csv")
    published = published_rows(night_home)
    assert {row["indicator"]: (row["numerator"], row["units_missing"]) for row in rows} == {
        indicator: (row["numerator"], row["units_missing"]) for indicator, row in published.items()
    }
    assert {row["area_name"] for row in rows} == {"Huyện Ninh Sơn"}
    assert all(row["indicator_name_vi"] and row["indicator_name_en"] for row in rows)


def test_an_assumed_target_gives_no_verdict(data: Path) -> None:
    """Only a target with a document is judged."""
    rows = rows_of(data / ROLLUP / "rollup_2025-05.csv")
    assumed = {row["attained"] for row in rows if row["target_assumed"] == "true"}
    judged = {row["attained"] for row in rows if row["target_assumed"] == "false"}
    assert assumed == {""}
    assert judged <= {"true", "false"}


def test_observations_are_what_the_reports_gave(data: Path) -> None:
    """One row for each figure of each accepted report, the file it came from beside it; they add up to the rollup."""
    rows = rows_of(data / OBSERVATIONS / "observations_2025-05_province-58.csv")
    rollup = {row["indicator"]: row for row in rows_of(data / ROLLUP / "rollup_2025-05.csv")}
    assert WRONG not in {row["unit"] for row in rows}
    assert {row["province_name"] for row in rows} == {"Tỉnh Ninh Thuận"}
    for indicator, figure in rollup.items():
        reported = [row for row in rows if row["indicator"] == indicator]
        assert len(reported) == int(figure["units_accepted"])
        if figure["status"] != "not_comparable":  # such as those that do not add up
            assert sum(float(row["numerator"]) for row in reported) == float(figure["numerator"])
    assert all(len(row["file_sha256"]) == 64 and row["file_name"].endswith(".xlsx") for row in rows)


def test_all_forms_hold_the_same_rows(data: Path) -> None:
    """Parquet and both CSV files of a partition have the same number of rows."""
    for folder, stem in ((ROLLUP, "rollup_2025-05"), (OBSERVATIONS, "observations_2025-05_province-58")):
        counted = parquet.read_metadata(data / folder / f"{stem}.parquet").num_rows
        assert counted == len(rows_of(data / folder / f"{stem}.csv"))
        with (data / folder / f"excel_{stem}.csv").open(encoding="utf-8-sig", newline="") as file:
            assert counted == len(list(csv.reader(file, delimiter=";"))) - 1


def test_package_is_valid(data: Path) -> None:
    """Frictionless reads every file as `datapackage.json` describes it; it is valid by version 2 of the standard."""
    package = json.loads((data / "datapackage.json").read_bytes())
    profile = Path(dplib.__file__).parent / "profiles" / "2.0" / "datapackage.json"
    jsonschema.validate(package, json.loads(profile.read_bytes()))
    report = Package.from_descriptor(package, basepath=str(data)).validate()
    assert report.valid, report.flatten(["name", "fieldName", "type", "note"])[:5]
    files = {path for path in files_of(data) if "=" in path or path == "structure.xml"}
    assert {resource["path"] for resource in package["resources"]} == files


def test_links_of_the_site_lead_to_data(night_home: Path, data: Path) -> None:
    """What the first page and a period's page call data is there, all partitions of the period among it."""
    published, linked = night_home / "published", set()
    for name in ("index.html", "site/2025-05/index.vi.html"):
        page = StrictPage((published / name).read_text(encoding="utf-8"))
        linked |= {target for link in links_of(page) if (target := resolved(name, link)).startswith("data/")}
    assert all((published / target).is_file() for target in linked)
    assert linked >= {f"data/{path}" for path in files_of(data) if "=" in path}
    assert "data/revisions.atom" in linked


def test_dictionary_has_every_column_and_indicator(data: Path, home_catalog: Catalog) -> None:
    """Both languages, both forms."""
    dictionary: dict[str, Any] = json.loads((data / "dictionary.json").read_bytes())
    text = (data / "dictionary.md").read_text(encoding="utf-8")
    assert {name: [each["name"] for each in columns] for name, columns in dictionary["tables"].items()} == {
        name: [column.name for column in columns] for name, columns in TABLES.items()
    }
    assert [each["code"] for each in dictionary["indicators"]] == list(home_catalog.indicators)
    for each in dictionary["indicators"]:
        assert f"| `{each['code']}` | {each['name']['vi']} | {each['name']['en']} |" in text


def test_unchanged_figures_write_nothing(after_night: Path, home_catalog: Catalog) -> None:
    """The link and every file stay as they are."""
    published = after_night / "published"
    before = (published / "data").readlink(), files_of(published / "data")
    with newest_of(after_night) as newest:
        assert write_data(newest, home_catalog, LocalStore(published), "en") == ()
    assert ((published / "data").readlink(), files_of(published / "data")) == before


def test_without_a_publication_nothing_is_written(after_night: Path, home_catalog: Catalog, tmp_path: Path) -> None:
    """Before the first publication there is no folder."""
    with newest_of(after_night) as newest:
        assert write_data(NewestFigures(newest.session, ()), home_catalog, LocalStore(tmp_path / "published")) == ()
    assert not (tmp_path / "published").exists()


def test_the_same_figures_give_the_same_bytes(after_night: Path, home_catalog: Catalog, tmp_path: Path) -> None:
    """Made elsewhere from nothing, the tree is equal."""
    with newest_of(after_night) as newest:
        write_data(newest, home_catalog, LocalStore(tmp_path / "elsewhere"), "en")
    made = {path: digest for path, (_, digest) in files_of(tmp_path / "elsewhere" / "data").items()}
    assert made == {path: digest for path, (_, digest) in files_of(after_night / "published" / "data").items()}


def test_a_correction_writes_what_it_moves(after_night: Path, correction: SampleFile) -> None:
    """The correction's commune comes into the observations; readers of the tree before keep their files."""
    data = after_night / "published" / "data"
    before = data.resolve()
    deliver(after_night, [correction])
    run_plainly(context_of(after_night), "correction")
    units = {row["unit"] for row in rows_of(data / OBSERVATIONS / "observations_2025-05_province-58.csv")}
    assert WRONG in units
    assert data.resolve() != before
    assert (before / "datapackage.json").is_file()


def test_only_partitions_that_moved_are_written(after_night: Path, home_catalog: Catalog) -> None:
    """A revision of one period leaves the files of another as they are."""
    published = after_night / "published"
    with newest_of(after_night) as newest:
        (head,) = newest.heads
        other = head._replace(period="2025-06", number=1)
        june = ("rollup/period=2025-06", OBSERVATIONS.replace("05", "06"))
        two = NewestFigures(newest.session, (head, other))
        assert write_data(two, home_catalog, LocalStore(published), "en") == june
        moved = NewestFigures(newest.session, (head, other._replace(number=2)))
        before = files_of(published / "data")
        assert write_data(moved, home_catalog, LocalStore(published), "en") == june
    after = files_of(published / "data")
    kept = {path for path in before if "period=2025-05" in path}
    assert {path: after[path] for path in kept} == {path: before[path] for path in kept}


def test_a_killed_process_is_made_good(after_night: Path, home_catalog: Catalog, tmp_path: Path) -> None:
    """Killed while it writes, readers see nothing of it; the next run writes everything."""
    child = os.fork()
    if not child:
        PublishedTree.show = lambda *_: os._exit(9)  # type: ignore[method-assign] # in the child alone
        with newest_of(after_night) as newest:
            write_data(newest, home_catalog, LocalStore(tmp_path / "published"))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 9
    assert not (tmp_path / "published" / "data").exists()
    with newest_of(after_night) as newest:
        assert ROLLUP in write_data(newest, home_catalog, LocalStore(tmp_path / "published"))
    assert [path.name for path in (tmp_path / "published" / ".data").iterdir()] == [
        (tmp_path / "published" / "data").readlink().name
    ]


def test_a_lost_file_is_written_again(after_night: Path, home_catalog: Catalog, tmp_path: Path) -> None:
    """A partition that misses a file is not taken over when another one moves."""
    published = tmp_path / "published"
    with newest_of(after_night) as newest:
        write_data(newest, home_catalog, LocalStore(published), "en")
        (published / "data" / OBSERVATIONS / "observations_2025-05_province-58.parquet").unlink()
        (head,) = newest.heads
        other = head._replace(period="2025-06")
        assert OBSERVATIONS in write_data(
            NewestFigures(newest.session, (head, other)), home_catalog, LocalStore(published)
        )


@pytest.mark.parametrize("name", ["rollup_2025-05.csv", "excel_rollup_2025-05.csv", "rollup_2025-05.parquet"])
@pytest.mark.parametrize("damage", [Path.unlink, alter])
def test_of_a_damaged_file_nothing_is_taken_over(
    after_night: Path, home_catalog: Catalog, tmp_path: Path, damage: Callable[[Path], object], name: str
) -> None:
    """A partition of which a file is lost or altered is made from nothing when an area moves."""
    published, afresh = LocalStore(tmp_path / "published"), LocalStore(tmp_path / "afresh")
    add_another_area(after_night)
    with newest_of(after_night) as newest:
        write_data(newest, home_catalog, published, "en")
        damage(tmp_path / "published" / "data" / ROLLUP / name)
        first, second = newest.heads
        moved = NewestFigures(newest.session, (first, second._replace(finality=Finality.FINAL)))
        assert ROLLUP in write_data(moved, home_catalog, published, "en")
        write_data(moved, home_catalog, afresh, "en")
    made, wanted = (files_of(tmp_path / each / "data") for each in ("published", "afresh"))
    assert {path: digest for path, (_, digest) in made.items()} == {
        path: digest for path, (_, digest) in wanted.items()
    }


def test_a_tree_of_another_version_is_made_again(after_night: Path, home_catalog: Catalog) -> None:
    """One whose state says less, or cannot be read, is made from nothing."""
    published = after_night / "published"
    state = published / "data" / ".state.json"
    for content in (json.dumps({"key": "", "general": "", "periods": {"2025-05": {"key": "x"}}}), "{", "[]"):
        made = files_of(published / "data")
        state.write_text(content)
        with newest_of(after_night) as newest:
            assert write_data(newest, home_catalog, LocalStore(published), "en") == (ROLLUP, OBSERVATIONS)
        after = files_of(published / "data")
        assert {path: digest for path, (_, digest) in after.items()} == {
            path: digest for path, (_, digest) in made.items()
        }
