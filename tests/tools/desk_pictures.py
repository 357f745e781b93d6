"""Pictures of an officer's day at the desk, from a home of its own: a province in the months before today."""

import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from domain.catalog.catalog import load_catalog
from domain.periods import Frequency, Period
from domain.vietnam_time import day_in_vietnam
from tests.full.conftest import CHROMIUM_FLAGS
from tests.tools.pictures import run, save, serving

_AREA: Final = "56"
_FORM: Final = "cds_x_t"
_MONTHS: Final = 4
_STOCK: Final = "TH.hsskdt.numerator"
"""A figure that grows: a rule asks about one that falls, and returns one that falls by more than a fifth."""
_WINDOW: Final[ViewportSize] = {"width": 1000, "height": 640}
_OFFICER: Final = "Nguyễn Thị Lan"
_OBJECTION: Final = "Thiếu số của khu phố 3, xã gửi lại trong tuần này"


@dataclass(frozen=True)
class DeskHome:
    """A home with its newest month, a report that was returned (code and path), another commune, and a password."""

    path: Path
    period: str
    returned: str
    wrong_file: Path
    right_file: bytes
    other: str
    password: str


def main() -> None:
    """Make the home, serve its desk and take all pictures."""
    with TemporaryDirectory(prefix="tonghop-pictures-") as name, sync_playwright() as playwright:
        home = make_desk_home(Path(name))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(CHROMIUM_FLAGS))
        with serving(home.path) as (_, office, upload):
            page = browser.new_context(viewport=_WINDOW, base_url=f"http://127.0.0.1:{office}").new_page()
            picture_reports(page, home)
            picture_correction(page, home)
            picture_closing(page, browser, home, upload)
        browser.close()


def newest_period() -> Period:
    """Return the last month whose deadline has passed."""
    today, forms = day_in_vietnam(datetime.now(UTC)), load_catalog().forms
    period = Period(today.year, today.month, Frequency.MONTH)
    while forms.deadline(_FORM, period, forms.form(_FORM).level) >= today:
        period = period.shift(-1)
    return period


def make_desk_home(home: Path) -> DeskHome:
    """Fill a home: in the newest month reports are missing, late, returned, and asked about."""
    newest = newest_period()
    run(home, "sample", "--area", _AREA, "--from", newest.shift(1 - _MONTHS).id, "--to", newest.id)
    files = sorted((home / "inbox" / newest.id).rglob("*.xlsx"))
    wrong, right = files[12], files[12].read_bytes()
    for path in files[3:6]:
        path.unlink()
    for path in files[8:11]:
        at = path.stat().st_mtime + timedelta(days=4).total_seconds()
        os.utime(path, (at, at))
    for path, factor in ((wrong, 0.5), (files[20], 0.6), (files[15], 0.93), (files[30], 0.9)):
        _multiply(path, factor)
    run(home, "nightly")
    run(home, "users", "add", "quan.tri", "--full-name", "Trần Quản Trị", "--role", "administrator")
    printed = run(home, "users", "add", "lan", "--full-name", _OFFICER, "--role", "officer")
    code = wrong.parent.name.partition(" ")[0]
    return DeskHome(
        home, newest.id, code, wrong, right, files[0].parent.name.partition(" ")[0], printed.splitlines()[1].strip()
    )


def _multiply(path: Path, factor: float) -> None:
    """Multiply a figure of a workbook, which arrives when it did before."""
    at = path.stat().st_mtime
    book = load_workbook(BytesIO(path.read_bytes()))
    ((sheet, address),) = book.defined_names[_STOCK].destinations
    cell = book[sheet][address.replace("$", "")]
    cell.value = round(float(str(cell.value)) * factor)
    book.save(path)
    os.utime(path, (at, at))


def picture_reports(page: Page, home: DeskHome) -> None:
    """Take pictures of reports that are missing or returned, warnings, quality, burden, and the user's account."""
    page.goto("/")
    page.locator("input[name=name]").fill("lan")
    page.locator("input[name=password]").fill(home.password)
    page.locator("main button").click()
    page.goto("/?columns=6")
    save(page, "ban-lam-viec")
    page.goto(f"/reports/{_FORM}/{home.returned}/{home.period}")
    show(page, "#verdict")
    save(page, "bao-cao")
    page.goto("/warnings")
    save(page, "canh-bao")
    page.goto("/reporting-quality?columns=6")
    show(page, "#units")
    save(page, "chat-luong")
    page.goto("/burden")
    show(page, "#lines")
    save(page, "ganh-nang")
    page.goto("/account")
    save(page, "tai-khoan")


def show(page: Page, heading: str) -> None:
    """Scroll to a heading."""
    page.locator(heading).evaluate("each => each.scrollIntoView()")


def picture_correction(page: Page, home: DeskHome) -> None:
    """Take a picture of what a correction changed, once the next run has accepted it."""
    corrected = home.wrong_file.with_name(f"{home.wrong_file.stem}_sua.xlsx")
    corrected.write_bytes(home.right_file)
    an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
    os.utime(corrected, (an_hour_ago, an_hour_ago))
    _multiply(corrected, 1)  # saved as the wrong one was, so that nothing else differs
    run(home.path, "nightly")
    page.goto(f"/reports/{_FORM}/{home.returned}/{home.period}")
    page.locator("a[href$='#difference']").first.click()
    show(page, "#difference")
    save(page, "ban-sua")


def picture_closing(page: Page, browser: Browser, home: DeskHome, upload: int) -> None:
    """Take pictures of a consultation with an objection, and of what closing the month would do."""
    figures = f"form={_FORM}&area={_AREA}&period={home.period}"
    page.goto(f"/acts/consult?{figures}")
    page.locator("textarea[name=reason]").fill("Trước khi ký báo cáo tháng")
    page.locator("input[name=partial]").check()
    page.locator("button[value=preview]").click()
    page.locator("button[value=confirm]").click()
    page.locator(".standing").first.wait_for()
    (made,) = json.loads(run(home.path, "links", "make", home.other, "--reason", "chị Hoa", "--json"))
    commune = browser.new_context(locale="vi-VN").new_page()
    commune.goto(f"http://127.0.0.1:{upload}/{made['address'].rstrip('/').rpartition('/')[2]}/")
    commune.locator("input[name=position][value=object]").check()
    commune.locator("textarea[name=text]").first.fill(_OBJECTION)
    commune.locator("input[name=name]").last.fill("Trần Thị Hoa")
    commune.locator("form:has(input[name=position]) button").click()
    commune.wait_for_load_state("networkidle")
    page.goto(f"/consultations/{_FORM}/{_AREA}/{home.period}")
    save(page, "lay-y-kien")
    page.goto(f"/acts/end_consultation?{figures}")
    page.locator("textarea[name=reason]").fill("Đã trao đổi qua điện thoại")
    page.locator("button[value=preview]").click()
    page.locator("button[value=confirm]").click()
    page.locator(".standing").first.wait_for()
    page.goto(f"/acts/close?{figures}")
    page.locator("textarea[name=reason]").fill("Số liệu đã ký, công văn 45")
    page.locator("input[name=partial]").check()
    page.locator("button[value=preview]").click()
    save(page, "chot-thang")


if __name__ == "__main__":
    main()
