"""What all tests share: the shipped catalogue, marks for what starts processes, and no skips."""

import gc
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

from domain.catalog import files
from domain.catalog import units as units_module
from domain.catalog.catalog import SHIPPED, Catalog, load_catalog
from domain.catalog.files import CatalogFiles, YamlDocument
from domain.catalog.forms import Forms, load_forms
from domain.catalog.indicators import load_indicators
from domain.catalog.rules import load_rules
from domain.catalog.shapes import Kind
from domain.catalog.texts import Texts, load_texts
from domain.catalog.units import load_units
from domain.indicators import Indicator
from domain.rules import Rule
from domain.units import UnitRegister
from tests.catalogs import add_next_version, small_catalog

pytest_plugins = ["tests.bucket_fixtures", "tests.home_fixtures", "tests.warehouse_fixtures"]

# Every run tries the same examples, fifty unless a test says otherwise, however long they take: a commit is judged by
# what it changed. `make test-fast` tries a tenth of them, `make test-services` all; `make hunt` looks for more with
# examples of its own.
settings.register_profile("steady", deadline=None, derandomize=True, max_examples=50)
settings.register_profile("quick", settings.get_profile("steady"), max_examples=5)
settings.register_profile("hunt", deadline=None, max_examples=1_000, print_blob=True)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch that makes a skipped test fail the run, and the folder of workbooks to compare readers on."""
    parser.addoption("--forbid-skips", action="store_true", help="fail the run when any test was skipped")
    parser.addoption("--corpus", type=Path, help="folder of workbooks on which our reader has to equal openpyxl")


def pytest_configure(config: pytest.Config) -> None:
    """Import as a run does, and collect no garbage meanwhile: of what an import makes, nearly all stays.

    Let examples be the same whatever a process has imported: Hypothesis would parse all of our modules that are loaded
    by then for two seconds, in each process, and try their constants. `make hunt` tries these too.
    """
    if config.getoption("hypothesis_profile") != "hunt":
        providers._get_local_constants = lambda: providers._local_constants
    small_catalog()  # xdist's workers, which are started later, share it
    # Catalogues of tests differ from the shipped one in few files: the others are parsed once, and never changed.
    files.read_document = cache(files.read_document)
    Kind.check_document = _kept(Kind.check_document)  # type: ignore[method-assign] # the same once more
    units_module._read_register = _kept_by_files(units_module._read_register)
    gc.disable()


def _kept(check: Callable[[Kind[Any], YamlDocument], object]) -> Callable[[Kind[Any], YamlDocument], object]:
    kept: dict[tuple[str, int], tuple[YamlDocument, object]] = {}

    def checked(kind: Kind[Any], document: YamlDocument) -> object:
        place = kind.name, id(document)  # documents that are equal are one object, see above
        if place not in kept:
            kept[place] = document, check(kind, document)
        return kept[place][1]

    return checked


def _kept_by_files(read: Callable[[CatalogFiles], UnitRegister]) -> Callable[[CatalogFiles], UnitRegister]:
    kept: dict[tuple[tuple[str, str], ...], UnitRegister] = {}

    def register(catalog_files: CatalogFiles) -> UnitRegister:
        names = (name for suffix in (".csv", ".yaml") for name in catalog_files.names("units", suffix))
        content = tuple((name, catalog_files.text(name)) for name in names)
        if content not in kept:
            kept[content] = read(catalog_files)
        return kept[content]

    return register


def pytest_collection_finish() -> None:
    """Collect garbage again, but of what tests make only, and seldom: a seventh of a run's time was spent on it."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(200_000, 20, 100)


def pytest_unconfigure() -> None:
    """Leave what tests made to the end of the process: pytest would look through all of it for garbage, five times."""
    gc.freeze()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave modules out that hold nothing to run.

    These are the tests of a corpus where none is given (a skipped test would fail the run) and, where only fast tests
    are asked for, modules without any, unless they are named: they import servers, and have a fifth of all tests.
    """
    if collection_path.name == "test_corpus.py":
        return True if config.getoption("corpus") is None else None
    named = [Path(argument.partition("::")[0]) for argument in config.args]
    if collection_path.match("tests/full"):  # its conftest imports the browser
        return True if _leaves_out(config, "full") and not any("full" in path.parts for path in named) else None
    if not collection_path.match("test_*.py") or not _leaves_out(config, "full", "long", "services"):
        return None
    if any(path.name == collection_path.name for path in named):
        return None
    source = collection_path.read_text("utf-8")
    return True if _IMPORTS_STARTER.search(source) or _MARKS_ALL.search(source) else None


def _leaves_out(config: pytest.Config, *marks: str) -> bool:
    return all(f"not {mark}" in config.getoption("markexpr") for mark in marks)


_STARTERS = (
    "subprocess",
    "multiprocessing",
    "tests.bucket_server",
    "tests.connectors.source_servers",
    "tests.flows.deployments.prefect_server",
    "tests.flows.deployments.prefect_api",
    "tests.flows.deployments.notice_sinks",
    "tests.flows.service.service_runner",
    "tests.tools.oidc_provider",
    "workbooks.pool.reading_pool",
    "workbooks.pool.worker_process",
)
"""Modules whose use in a test module says that its tests start processes or servers."""
_IMPORTS_STARTER = re.compile(rf"^(?:from (?:{'|'.join(_STARTERS)}) import |import subprocess$)", re.MULTILINE)
_MARKS_ALL = re.compile(r"^pytestmark = \[?pytest\.mark\.(?:full|long|services)\b", re.MULTILINE)
"""Lines of a test module either of which leaves none of its tests to a run of the fast ones."""

_SHARED_HOMES = {"corrected_home", "mirrored_warehouse", "night_home", "sample"}
"""Session fixtures of homes to be copied: fast tests that use them run in one worker, which makes them once."""


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as `services` every test that starts a server or another process, so that no mark is forgotten.

    Mark property tests, of which `make test-services` tries more examples. Group the others that share a home.
    """
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("properties")
        if _needs_postgres(item) or _starts_processes(item):
            item.add_marker("services")
        elif not any(map(item.get_closest_marker, ("full", "long", "services", "xdist_group"))) and (
            not _SHARED_HOMES.isdisjoint(getattr(item, "fixturenames", ()))
        ):
            item.add_marker(pytest.mark.xdist_group("home"))


def _needs_postgres(item: pytest.Item) -> bool:
    params = getattr(item, "callspec", None)
    names = getattr(item, "fixturenames", ())
    return (
        "empty_postgres" in names
        or "postgres_uri" in names
        or (bool(params) and "postgresql" in params.params.values())
    )


def _starts_processes(item: pytest.Item) -> bool:
    return _uses_starters(getattr(item, "module", None))


@cache
def _uses_starters(module: ModuleType | None) -> bool:
    if module is not None and _IMPORTS_STARTER.search(Path(module.__file__ or "").read_text("utf-8")):
        return True
    used = {getattr(value, "__module__", None) or getattr(value, "__name__", "") for value in vars(module).values()}
    return any(starter in used for starter in _STARTERS)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which something was skipped, if asked to."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.config.getoption("forbid_skips") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("skipped tests are failures here (--forbid-skips)", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalogue that ships with the package."""
    return load_catalog()


@pytest.fixture(scope="session")
def texts() -> Texts:
    """The shipped catalogue's texts, loaded alone."""
    return load_texts(SHIPPED)


@pytest.fixture(scope="session")
def rules() -> Mapping[str, Rule]:
    """The shipped catalogue's rules, loaded alone."""
    return load_rules(SHIPPED)


@pytest.fixture(scope="session")
def indicators() -> Mapping[str, Indicator]:
    """The shipped catalogue's indicators, loaded alone."""
    return load_indicators(SHIPPED)


@pytest.fixture(scope="session")
def forms() -> Forms:
    """The shipped catalogue's forms with their layouts and calendars, loaded alone."""
    return load_forms(SHIPPED)


@pytest.fixture(scope="session")
def units() -> UnitRegister:
    """The shipped catalogue's units, loaded alone."""
    return load_units(SHIPPED)


@pytest.fixture(scope="session")
def next_catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The shipped catalogue with a next version of the form beside the first."""
    return load_catalog(add_next_version(tmp_path_factory.mktemp("next") / "catalog"))
