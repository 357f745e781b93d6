"""What tests of flows share: the sample district's workbooks, made once, and homes to run in."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from domain.catalog.catalog import Catalog
from domain.periods import parse_period

if TYPE_CHECKING:
    from workbooks.sample.inbox import SampleFile


@pytest.fixture(scope="session")
def sample(catalog: Catalog) -> tuple["SampleFile", ...]:
    """The sample district's workbooks of 2025-05, its one correction among them."""
    from tests.flows.pipeline.nightly_runs import AREA
    from workbooks.sample.inbox import make_sample

    return tuple(make_sample(catalog, AREA, [parse_period("2025-05")], seed=1))


@pytest.fixture(scope="session")
def first_files(sample: tuple["SampleFile", ...]) -> tuple["SampleFile", ...]:
    """What the communes sent first: eight workbooks, one of them wrong."""
    return tuple(file for file in sample if not file.is_correction)


@pytest.fixture(scope="session")
def correction(sample: tuple["SampleFile", ...]) -> "SampleFile":
    """The wrong workbook's correction."""
    (file,) = (file for file in sample if file.is_correction)
    return file


@pytest.fixture(scope="session")
def mirrored_warehouse(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """A SQLite warehouse that has the catalogue's units and nothing else."""
    from tests.flows.pipeline.nightly_runs import context_of, prepare_home
    from warehouse.store.engine import transaction
    from warehouse.store.reference import mirror_catalog

    home = prepare_home(tmp_path_factory.mktemp("mirrored"), migrated_sqlite)
    context = context_of(home)
    with transaction(context.engine) as session:
        mirror_catalog(session, context.catalog)
    context.engine.dispose()  # writes the journal into the file
    return home / "warehouse.db"


@pytest.fixture(scope="session")
def warm() -> Iterator[Path]:
    """A folder with a `tonghop` and a `python -m` that have imported most of the program before they are called."""
    from tests.tools.warm_commands import warm_commands

    with warm_commands() as folder:
        yield folder


@pytest.fixture
def home(tmp_path: Path, mirrored_warehouse: Path) -> Path:
    """A home without any workbook."""
    from tests.flows.pipeline.nightly_runs import prepare_home

    return prepare_home(tmp_path / "home", mirrored_warehouse)


@pytest.fixture(scope="session")
def night_home(
    tmp_path_factory: pytest.TempPathFactory, mirrored_warehouse: Path, first_files: tuple["SampleFile", ...]
) -> Path:
    """Return a home after its first nightly run, to be copied and never written to."""
    from tests.flows.pipeline.nightly_runs import context_of, deliver, prepare_home, run_plainly

    home = prepare_home(tmp_path_factory.mktemp("night") / "home", mirrored_warehouse)
    deliver(home, first_files)
    context = context_of(home)
    run_plainly(context, pages=True)
    context.engine.dispose()
    return home


@pytest.fixture
def after_night(tmp_path: Path, night_home: Path) -> Path:
    """Return a home of the test's own after the first nightly run."""
    shutil.copytree(night_home, tmp_path / "home", symlinks=True)
    return tmp_path / "home"


@pytest.fixture(scope="session")
def corrected_home(tmp_path_factory: pytest.TempPathFactory, night_home: Path, correction: "SampleFile") -> Path:
    """Return the home after a second nightly run, which accepted the correction; never written to."""
    from tests.flows.pipeline.nightly_runs import context_of, deliver, run_plainly

    home = tmp_path_factory.mktemp("corrected") / "home"
    shutil.copytree(night_home, home, symlinks=True)
    deliver(home, [correction])
    context = context_of(home)
    run_plainly(context, "second", pages=True)
    context.engine.dispose()
    return home


@pytest.fixture
def after_correction(tmp_path: Path, corrected_home: Path) -> Path:
    """Return a home of the test's own after the nightly run that accepted the correction."""
    shutil.copytree(corrected_home, tmp_path / "home", symlinks=True)
    return tmp_path / "home"


@pytest.fixture(scope="module")
def runs_publish_figures() -> Iterator[None]:
    """Let a module publish figures and data only, but for runs that ask for pages: no one looks at them."""
    from tests.flows.pipeline.nightly_runs import without_pages

    with without_pages():
        yield


@pytest.fixture(scope="module")
def cheap_hashes() -> Iterator[None]:
    """Hash a module's passwords by the least work that argon2 takes, those of its other fixtures too."""
    from flows.actions.users import passwords

    hasher = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
        passwords.hash_of_nothing.cache_clear()
        yield
