"""Quality pages and a consultation in a browser: an officer begins it, a commune objects, the officer decides.

Screenshots of each step are in the test's folder below `--basetemp`.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.flows.pipeline.nightly_runs import AREA, context_of
from tests.full.accessibility import see
from tests.web.test_serve import running
from tests.web.upload.conftest import make_link_for

pytestmark = [pytest.mark.full, pytest.mark.timeout(600), pytest.mark.xdist_group("browser")]

UNIT = "22813"
FIGURES = f"form=cds_x_t&area={AREA}&period=2025-05"


@pytest.fixture
def served(tmp_path: Path, night_home: Path) -> Iterator[tuple[str, str, Path]]:
    """Serve the desk and a commune's upload page; return their addresses, and the home."""
    home = Path(shutil.copytree(night_home, tmp_path / "home", symlinks=True))
    context_of(home).engine.dispose()
    _, token = make_link_for(home, UNIT, days=3000)
    expect.set_options(timeout=30_000)
    with running(home, TONGHOP_OFFICE_AUTH="an:secret") as (_, _, office, upload):
        yield office, f"{upload}/{token}/", home


@pytest.mark.parametrize(
    "viewport", [{"width": 1280, "height": 900}, {"width": 390, "height": 844}], ids=["wide", "phone"]
)
def test_a_commune_objects_and_an_officer_decides(
    browser: Browser, served: tuple[str, str, Path], viewport: ViewportSize, tmp_path: Path
) -> None:
    """From the form of the act to the decision that the commune reads on its page."""
    office, link, home = served
    officer = browser.new_context(
        base_url=office, http_credentials={"username": "an", "password": "secret"}, viewport=viewport
    ).new_page()
    commune = browser.new_context(viewport=viewport).new_page()
    for each in (officer, commune):
        each.set_default_timeout(30_000)
    for name in ("reporting-quality", "burden"):
        officer.goto(f"/{name}")
        see(officer, name, tmp_path)
    officer.goto(f"/acts/consult?{FIGURES}")
    officer.get_by_label("Last day on which units may answer").fill("2099-12-31")
    officer.get_by_label("Reason (it is kept)").fill("Trước khi ký")
    officer.get_by_label("Your name").fill("Chị Hoa")
    see(officer, "act", tmp_path)
    officer.get_by_role("button", name="See what would change").click()
    expect(officer.get_by_text("until 31 Dec 2099")).to_be_visible()
    officer.get_by_role("button", name="Confirm").click()
    expect(officer.get_by_text("Trước khi ký")).to_be_visible()
    officer.goto("/acts?figures=cds_x_t%3A2025-05")
    see(officer, "acts", tmp_path)

    commune.goto(link)
    see(commune, "asked", tmp_path)
    commune.get_by_label("We object, for this reason").check()
    commune.get_by_label("Reason (needed for an objection)").fill("Thiếu số của thôn Tân Bình")
    commune.get_by_label("Name").fill("Cô Lan")
    commune.get_by_role("button", name="Send the answer").click()
    expect(commune.get_by_text("the office looks into it")).to_be_visible()
    see(commune, "objected", tmp_path)

    officer.goto(f"/consultations/cds_x_t/{AREA}/2025-05")
    see(officer, "answers", tmp_path)
    officer.get_by_role("link", name="Decide about the objection").click()
    officer.get_by_label("Reason (it is kept)").fill("Đã đối chiếu: thôn Tân Bình có trong số liệu")
    officer.get_by_label("Your name").fill("Chị Hoa")
    officer.get_by_role("button", name="See what would change").click()
    expect(officer.get_by_text("Thiếu số của thôn Tân Bình")).to_be_visible()
    officer.get_by_role("button", name="Confirm").click()
    expect(officer.get_by_text("Đã đối chiếu")).to_be_visible()
    officer.goto(f"/consultations/cds_x_t/{AREA}/2025-05")
    see(officer, "decided", tmp_path)

    commune.goto(link)
    expect(commune.get_by_text("Đã đối chiếu: thôn Tân Bình có trong số liệu")).to_be_visible()
    commune.goto((home / "published" / "site" / "2025-05" / AREA / "index.vi.html").as_uri())
    expect(commune.get_by_text("Số liệu sơ bộ")).to_be_visible()
    see(commune, "published", tmp_path)
