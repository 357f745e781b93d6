"""The demo and a service, each run once for all tests, and the programs that open what they make."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.flows.deployments.prefect_server import free_port
from tests.flows.pipeline.nightly_runs import deliver, prepare_home
from tests.flows.service.service_runner import Service
from workbooks.sample.inbox import SampleFile

CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the demo and return its TONGHOP_HOME."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TONGHOP_HOME", str(home))
        subprocess.run([Path(sys.executable).with_name("tonghop"), "demo"], check=True, timeout=600)
    return home


@pytest.fixture
def browse(tmp_path: Path) -> Callable[..., str]:
    """Return a function that opens a URL in headless Chromium and returns the resulting DOM."""

    def open_page(address: str, *options: str) -> str:
        flags = (*CHROMIUM_FLAGS, f"--user-data-dir={tmp_path / 'profile'}", *options, "--dump-dom", address)
        done = subprocess.run(["chromium", *flags], check=True, capture_output=True, text=True, timeout=180)
        return done.stdout

    return open_page


@pytest.fixture
def print_text(tmp_path: Path) -> Callable[[Path], list[str]]:
    """Return a function that prints a workbook with LibreOffice and returns the text of each page."""

    def print_pages(workbook: Path) -> list[str]:
        profile = f"-env:UserInstallation=file://{tmp_path / 'office'}"
        convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(workbook)]
        subprocess.run(convert, check=True, capture_output=True, timeout=180)
        printed = tmp_path / f"{workbook.stem}.pdf"
        text = subprocess.run(["pdftotext", "-layout", str(printed), "-"], check=True, capture_output=True, text=True)
        return text.stdout.split("\f")[:-1]

    return print_pages


@pytest.fixture
def save_again(tmp_path: Path) -> Callable[[Path], Path]:
    """Return a function that opens, computes and saves a workbook as .xlsx with LibreOffice, in another folder."""

    def convert(workbook: Path) -> Path:
        folder = tmp_path / "saved"
        profile = f"-env:UserInstallation=file://{tmp_path / 'office'}"
        command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder), str(workbook)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        return folder / workbook.name

    return convert


@pytest.fixture(scope="session")
def service(
    tmp_path_factory: pytest.TempPathFactory, mirrored_warehouse: Path, first_files: tuple[SampleFile, ...]
) -> Iterator[Service]:
    """Run a service after a nightly run that refused one report."""
    home = prepare_home(tmp_path_factory.mktemp("browser") / "home", mirrored_warehouse)
    deliver(home, first_files)
    # Corrections are looked for once an hour, so that the test starts the rerun.
    service = Service(home, free_port(), {"TONGHOP_WATCH_MINUTES": "59"})
    try:
        done = service.run("up", "--detach")
        assert done.returncode == 0, done.stdout + done.stderr
        run = service.ended(service.start_run("nightly"))
        assert run["state"]["message"].startswith("7 of 8 accepted, 1 returned")
        yield service
    finally:
        service.run("down")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium, headless."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(CHROMIUM_FLAGS))
        yield started
        started.close()


def log_in(page: Page, service: Service) -> str:
    """Log the page's browser in by a link, as an officer does, and return the link."""
    link = service.run("login").stdout.split()[-1]
    page.goto(link)
    expect(page.get_by_text("Dashboard").first).to_be_visible()
    return link
