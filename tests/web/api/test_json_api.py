"""The JSON API after a nightly run: what it answers, by which version, and how it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.testclient import TestClient

from connectors.stores.local import LocalStore
from publishing.figures.formatter import ReportFormatter
from tests.flows.pipeline.nightly_runs import AREA, NOW, WRONG, context_of, deliver, published_rows, run_plainly
from warehouse.store.engine import Engine
from web.apps import published_site
from workbooks.sample.inbox import SampleFile

LINEAGE = f"/api/v1/figures/{AREA}/2025-05/dd_kichhoat/lineage"


def client_of(home: Path) -> TestClient:
    """Return a client of the published site of a home."""
    context = context_of(home)
    assert isinstance(context.engine, Engine)
    formatter = ReportFormatter(context.catalog, "en")
    return TestClient(published_site(LocalStore(home / "published"), formatter, NOW.date, context.engine))


@pytest.fixture
def api(night_home: Path) -> TestClient:
    """Return a client of the site after the first nightly run."""
    return client_of(night_home)


def items_of(api: TestClient, address: str) -> list[dict[str, Any]]:
    """Return the items of an answer."""
    answer = api.get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_areas_and_periods_are_those_published(api: TestClient) -> None:
    """Code, name and periods of the area; the period with its number of areas."""
    (area,) = items_of(api, "areas")
    assert (area["area"], area["area_name"], area["periods"]) == (AREA, "Huyện Ninh Sơn", ["2025-05"])
    (period,) = items_of(api, "periods")
    assert (period["period"], period["areas"]) == ("2025-05", 1)
    (revision,) = items_of(api, f"revisions?area={AREA}")
    assert revision["revision"] == 1
    assert items_of(api, "areas?period=2024-01") == items_of(api, "revisions?area=999") == []


def test_figures_are_those_published(api: TestClient, night_home: Path) -> None:
    """Each figure is exact and has its coverage; an assumed target gives no verdict."""
    published = published_rows(night_home)
    figures = items_of(api, f"figures?area={AREA}&period=2025-05")
    assert [figure["indicator"] for figure in figures] == list(published)
    for figure in figures:
        row = published[figure["indicator"]]
        assert (figure["numerator"] or "", str(figure["units_missing"])) == (row["numerator"], row["units_missing"])
        assert figure["attained"] is None or not figure["target_assumed"]
    (listed,) = items_of(api, f"figures?area={AREA}&indicator=dd_kichhoat")
    assert listed["indicator_name_vi"] == "Tỷ lệ kích hoạt tài khoản định danh điện tử mức độ 2"


def test_pages_hold_all_figures_once(api: TestClient) -> None:
    """Page after page by `next` gives what one page gives."""
    listed: list[str] = []
    first: int | None = 0
    while first is not None:
        page = api.get("/api/v1/figures", params={"first": first, "most": 7}).json()
        listed += [figure["indicator"] for figure in page["items"]]
        first = page["next"]
    assert listed == [figure["indicator"] for figure in items_of(api, "figures?most=1000")]


def test_lineage_leads_to_files_and_cells(api: TestClient) -> None:
    """Contributions add up to the figure, each with file and cell; who is absent is named. No file is served."""
    lineage = api.get(LINEAGE).json()
    reported = sum(int(each["numerator"]) for each in lineage["contributions"])
    assert reported == int(lineage["figure"]["numerator"])
    (cell,) = lineage["contributions"][0]["cells"]
    assert cell["sheet"] == "Biểu 01-T"
    assert cell["cell"]
    assert lineage["contributions"][0]["file_name"].endswith(".xlsx")
    assert [unit["unit"] for unit in lineage["absent"]] == [WRONG]
    assert api.get(f"/landing/{lineage['contributions'][0]['file_sha256']}").status_code == 404


@pytest.mark.long
def test_a_version_answers_304_until_something_is_published(after_night: Path, correction: SampleFile) -> None:
    """The tag of an answer is good until the next publication; then the changes since that version are listed."""
    api = client_of(after_night)
    before = api.get("/api/v1/areas")
    tag = {"If-None-Match": before.headers["ETag"]}
    assert (api.get("/api/v1/areas", headers=tag).status_code, before.headers["Cache-Control"]) == (304, "no-cache")
    deliver(after_night, [correction])
    run_plainly(context_of(after_night), "correction")
    assert api.get("/api/v1/areas", headers=tag).status_code == 200
    changes = api.get("/api/v1/changes", params={"since": before.json()["version"]}).json()
    (change,) = changes["items"]
    assert (change["revision"]["revision"], change["kind"]) == (2, "figures_moved")
    assert {"column", "indicator", "before", "after", "file_sha256"} == set(change["changes"][0])
    assert api.get("/api/v1/changes", params={"since": changes["version"]}).json()["items"] == []


@pytest.mark.parametrize(
    ("address", "status", "named"),
    [
        ("figures?period=2025-13", 422, "period"),
        ("figures?most=0", 422, "most"),
        ("figures?area=%00", 422, "area"),
        ("figures?first=99999999999999999999", 422, "first"),
        ("changes?since=-1", 422, "since"),
        (f"figures/{AREA}/2025-05/none/lineage", 404, "none"),
        ("nothing", 404, "Not Found"),
    ],
)
def test_errors_are_json_and_name_what_is_wrong(api: TestClient, address: str, status: int, named: str) -> None:
    """Each error says in one sentence what was wrong."""
    answer = api.get(f"/api/v1/{address}")
    assert answer.status_code == status
    assert named in answer.json()["error"]["message"]


def test_data_files_are_served_beside_it(api: TestClient, night_home: Path) -> None:
    """The addresses of `datapackage.json` lead to the files; those of earlier trees to none."""
    package = api.get("/data/datapackage.json").json()
    for resource in package["resources"]:
        answer = api.get(f"/data/{resource['path']}")
        assert answer.status_code == 200
        assert answer.content == (night_home / "published" / "data" / resource["path"]).read_bytes()
    tree = (night_home / "published" / "data").resolve().name
    assert api.get(f"/.data/{tree}/datapackage.json").status_code == 404
    assert api.get("/data/.state.json").status_code == 404


def test_it_is_read_only_and_of_one_origin(api: TestClient) -> None:
    """Nothing can be written, and no other web page may read answers in a browser."""
    assert api.post("/api/v1/areas").status_code == 405
    answer = api.get("/api/v1/areas", headers={"Origin": "http://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_the_openapi_document_is_valid(api: TestClient) -> None:
    """Version 3.1, at its address under the API, naming every address and the form of errors."""
    document = json.loads(api.get("/api/v1/openapi.json").content)
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()
    assert document["servers"] == [{"url": "/api/v1"}]
    assert {"/areas", "/periods", "/revisions", "/figures", "/changes"} < set(document["paths"])
