"""Pictures of the documentation: what the demo's people see, as PNG files in docs/pictures/ (`make pictures`)."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from openpyxl import load_workbook
from openpyxl.worksheet.pagebreak import RowBreak
from playwright.sync_api import Browser, HttpCredentials, Page, ViewportSize, sync_playwright

from domain.catalog.catalog import load_catalog
from tests.builders import make_workbook
from tests.flows.deployments.prefect_server import free_port
from tests.flows.service.service_runner import until
from tests.full.conftest import CHROMIUM_FLAGS

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
_TONGHOP = Path(sys.executable).with_name("tonghop")
_OFFICE = ("an", "mat-khau-cua-an")
_WIDE: ViewportSize = {"width": 1100, "height": 760}
_TALL: ViewportSize = {"width": 1100, "height": 1000}
_PHONE: ViewportSize = {"width": 390, "height": 780}
_PATIENCE_MS = 120_000
_DONE = {0, 1}
"""Exit codes of commands that did all their work: with 1, reports were returned."""
_UNIT = "22828"
"""The commune of the demo whose report is returned and corrected."""


def main() -> None:
    """Run the demo in a folder of its own, serve its pages and take all pictures."""
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="tonghop-pictures-") as name, sync_playwright() as playwright:
        home = Path(name)
        run(home, "demo")
        home = home / "demo"
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(CHROMIUM_FLAGS))
        picture_marked_workbook(home)
        picture_judging_form(home)
        with serving(home) as (published, office, upload):
            picture_pages(browser, published, office)
            picture_upload(browser, home, upload)
        browser.close()
    for path in sorted(FOLDER.glob("*.png")):
        print(f"{path.relative_to(FOLDER.parents[1])}: {path.stat().st_size // 1024} kB")  # noqa: T201 -- a tool's output


def environment(home: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a command on a home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TONGHOP_", "PREFECT_"))}
    return {**kept, "TONGHOP_HOME": str(home), "COLUMNS": "110", **settings}


def run(home: Path, *arguments: str) -> str:
    """Run a command on a home and return what it prints; it may return reports."""
    command = [str(_TONGHOP), *arguments]
    done = subprocess.run(command, env=environment(home), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in _DONE:
        done.check_returncode()
    return done.stdout


@contextmanager
def serving(home: Path) -> Iterator[tuple[int, int, int]]:
    """Serve the pages of a home, and yield the ports of the published, the office's and the upload page."""
    ports = free_port(), free_port(), free_port()
    names = ("--port", "--office-port", "--upload-port")
    arguments = ["serve", *(word for name, port in zip(names, ports, strict=True) for word in (name, str(port)))]
    secret = environment(home, TONGHOP_OFFICE_AUTH=":".join(_OFFICE))
    with subprocess.Popen([_TONGHOP, *arguments], env=secret, stdout=subprocess.DEVNULL) as process:
        try:
            for port in ports:
                until(partial(_answers, port))
            yield ports
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def picture_pages(browser: Browser, published: int, office: int) -> None:
    """Take pictures of the published page, also on a phone, and of what the office sees of the returned report."""
    report = f"http://127.0.0.1:{published}/2025-05/585/"
    for name, viewport in (("cong-bo", _WIDE), ("cong-bo-dien-thoai", _PHONE)):
        page = browser.new_context(viewport=viewport).new_page()
        page.goto(report)
        save(page, name)
    page = browser.new_context(viewport=_TALL).new_page()
    page.goto(f"{report}leader.vi.html")
    save(page, "bao-cao-nhanh")
    credentials: HttpCredentials = {"username": _OFFICE[0], "password": _OFFICE[1]}
    page = browser.new_context(viewport=_WIDE, http_credentials=credentials).new_page()
    page.goto(f"http://127.0.0.1:{office}/submissions?state=quarantined&period=2025-05")
    page.locator("a[href^='/quality/submissions/']").first.click()
    save(page, "bao-cao-bi-tra-lai")


def picture_upload(browser: Browser, home: Path, port: int) -> None:
    """Take pictures of a commune's upload page on a phone: empty, with errors, without, and with a receipt."""
    days = ("--from", "2025-05-20", "--days", "3650")  # of the commune that had this code before July 2025
    (made,) = json.loads(run(home, "links", "make", _UNIT, "--reason", "chị Lan", *days, "--json"))
    token = made["address"].rstrip("/").rpartition("/")[2]
    page = browser.new_context(viewport=_PHONE, locale="vi-VN").new_page()
    wrong = next((home / "outbox" / _UNIT / "2025-05").glob("*.tra-lai.*.xlsx"))
    right = max((home / "inbox" / "2025-05").rglob(f"BC_{_UNIT}_*.xlsx"), key=lambda path: path.stat().st_mtime)
    for name, workbook in (("tai-len-loi", wrong), ("tai-len-dung", right)):
        page.goto(f"http://127.0.0.1:{port}/{token}/")
        save(page, "tai-len")
        page.set_input_files("input[type=file]", workbook)
        page.locator("form.drop button[type=submit]").click()
        page.wait_for_url("**/drafts/**", timeout=_PATIENCE_MS)
        page.locator(".standing").wait_for(timeout=_PATIENCE_MS)
        save(page, name)
    page.locator("form button[type=submit]").first.click()
    page.wait_for_url("**/receipts/**", timeout=_PATIENCE_MS)
    save(page, "tai-len-bien-nhan")


def picture_marked_workbook(home: Path) -> None:
    """Take a picture of the first page of the workbook that went back to its commune."""
    _print(next((home / "outbox" / _UNIT / "2025-05").glob("*.tra-lai.*.xlsx")), "tep-tra-lai")


def picture_judging_form(home: Path) -> None:
    """Take a picture of a form that is filled in wrongly, with the column that is not printed otherwise."""
    wrong = {"hddt_dn.numerator": 540, "hddt_dn.denominator": 45, "hddt_hkd.numerator": "đang cập nhật"}
    wrong |= {"vb_dt.numerator": 12.5, "dvc_toantrinh.numerator": None, "tk_15.denominator": 900}
    edits = {f"TH.{name}": value for name, value in wrong.items()}
    book = load_workbook(BytesIO(make_workbook(load_catalog(), "22333", "2026-06", edits=edits)))
    sheet = book.worksheets[0]
    sheet.print_area = f"A5:H{sheet.max_row}"
    sheet.row_breaks = RowBreak()
    book.save(home / "form.xlsx")
    _print(home / "form.xlsx", "bieu-tu-kiem-tra")


def _print(workbook: Path, picture: str) -> None:
    with TemporaryDirectory() as name:
        profile = f"-env:UserInstallation=file://{name}/office"
        convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", name, str(workbook)]
        subprocess.run(convert, check=True, capture_output=True, timeout=180)
        printed = next(Path(name).glob("*.pdf"))
        target = FOLDER / picture
        command = ["pdftoppm", "-png", "-r", "80", "-f", "1", "-l", "1", "-singlefile", str(printed), str(target)]
        subprocess.run(command, check=True)


def save(page: Page, name: str) -> None:
    """Save what the window shows."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
