"""A small load test: Prefect keeps every record of a run."""

from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from tests.flows.deployments.prefect_server import server_url
from tests.tools.load import loses_records

pytestmark = pytest.mark.xdist_group("prefect")


def test_no_record_of_a_district_is_lost(tmp_path: Path) -> None:
    """Of eight submissions, half of them refused, Prefect keeps each task run, artifact, table row and event."""
    with temporary_settings({PREFECT_API_URL: server_url()}):
        assert not loses_records(tmp_path, 50, "585")
