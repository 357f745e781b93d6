"""Health of the sites: liveness, readiness and metrics, without a word about reports outside the password."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from connectors.landing import Landing
from connectors.stores.local import LocalStore
from domain.catalog.catalog import Catalog
from publishing.figures.formatter import ReportFormatter
from tests.flows.pipeline.nightly_runs import NOW, context_of, settings_of
from warehouse.archive.files import ArchivedPeriod
from warehouse.archive.moving import Archiving, archive_rows
from warehouse.store.engine import Engine, open_engine, transaction
from web.apps import published_site
from web.desk.app import office_site
from web.desk.context import DeskContext
from web.health import health_routes
from web.metrics import metrics_route

ALERTS = Path(__file__).parent.parent.parent / "deploy" / "prometheus" / "alerts.yml"


def engine_of(home: Path) -> Engine:
    """Open the warehouse of a home."""
    engine = context_of(home).engine
    assert isinstance(engine, Engine)
    return engine


def site(engine: Engine, folder: Path) -> TestClient:
    """Return a site with nothing but the routes of health."""
    return TestClient(Starlette(routes=health_routes(engine, {"home": folder})))


def samples(client: TestClient, **headers: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return the values of all metrics by name and labels, read by Prometheus' own parser."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.fixture
def metrics(night_home: Path) -> Iterator[TestClient]:
    """The metrics, an hour after a nightly run."""
    route = metrics_route(engine_of(night_home), lambda: NOW + timedelta(hours=1))
    with TestClient(Starlette(routes=[route])) as client:
        yield client


def test_published_site_says_that_it_is_ready(night_home: Path, catalog: Catalog) -> None:
    """With a current warehouse and a usable home it is alive and ready, before any folder of the same name."""
    engine = engine_of(night_home)
    routes = health_routes(engine, {"home": night_home})
    store, formatter = LocalStore(night_home / "published"), ReportFormatter(catalog, "en")
    client = TestClient(published_site(store, formatter, NOW.date, engine, further=routes))
    assert client.get("/health/live").text == "ok\n"
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)


def test_warehouse_of_another_version_is_not_ready(after_night: Path) -> None:
    """While another version's migration stands in the database, the site is alive and not ready."""
    engine = engine_of(after_night)
    with transaction(engine) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    client = site(engine, after_night)
    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["checks"]) == (503, {"warehouse": False, "home": True})


def test_a_warehouse_without_a_file_of_an_archived_period_is_not_ready(after_night: Path) -> None:
    """While rows of a period lie in a file that is gone, the site is alive and not ready."""
    engine = engine_of(after_night)
    with transaction(engine) as session:
        (file, *_) = archive_rows(session, ArchivedPeriod("cds_x_t", "2025-05"), Archiving(NOW, "an", "0.2.0"))
    client = site(engine, after_night)
    assert client.get("/health/ready").status_code == 200
    (after_night / "archive" / file.path).unlink()
    assert client.get("/health/ready").status_code == 503


def test_what_cannot_be_reached_is_not_ready(tmp_path: Path) -> None:
    """A database that does not answer and a folder that is gone make the site not ready, each by its name."""
    engine = open_engine("postgresql://tonghop@127.0.0.1:1/nothing")
    answer = site(engine, tmp_path / "gone").get("/health/ready")
    assert (answer.status_code, answer.json()["checks"]) == (503, {"warehouse": False, "home": False})


def test_metrics_count_reports_and_what_waits(metrics: TestClient) -> None:
    """Reports are counted by period and state, and nothing waits after a nightly run."""
    values = samples(metrics)
    accepted = ("tonghop_reports", frozenset({("period", "2025-05"), ("state", "accepted")}))
    assert values[accepted] == 7
    assert values["tonghop_reports_waiting", frozenset()] == 0
    assert values["tonghop_answers_due", frozenset()] == 0


def test_metrics_say_how_long_each_stage_took(metrics: TestClient) -> None:
    """The stages of the last nightly run have their seconds, and the run its end."""
    values = samples(metrics)
    stages = {
        dict(labels)["stage"]: value for (name, labels), value in values.items() if name == "tonghop_run_stage_seconds"
    }
    assert {"collect", "read", "check", "load", "roll up", "publish"} <= stages.keys()
    assert all(seconds >= 0 for seconds in stages.values())
    assert values["tonghop_run_end_timestamp_seconds", frozenset({("kind", "nightly")})] >= NOW.timestamp()


def test_metrics_need_the_password_of_the_office(night_home: Path, catalog: Catalog, tmp_path: Path) -> None:
    """Without the password there are no metrics, with it there are."""
    engine = engine_of(night_home)
    folders = (tmp_path / "quality", LocalStore(tmp_path / "outbox"), Landing(tmp_path / "landing"))
    context = context_of(night_home)
    desk = DeskContext(catalog, engine, *folders, lambda: NOW, settings_of(night_home), lambda: context, "en")
    routes = [metrics_route(engine, lambda: NOW)]
    client = TestClient(office_site(desk, "an:secret", further=routes))
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", auth=("an", "secret")).status_code == 200


def test_alerts_name_metrics_that_exist(metrics: TestClient) -> None:
    """Every metric of ours that the example of alerts looks at is there."""
    rules = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"][0]["rules"]
    looked_at = {name for rule in rules for name in re.findall(r"tonghop_\w+", rule["expr"])}
    assert looked_at <= {name for name, _ in samples(metrics)}
