"""The demo, run once for all tests of its results, and the programs that open these."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

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
