"""A nightly run on four machines, disturbed in every way: as by one machine left in peace."""

from pathlib import Path

import pytest

from tests.tools.scale.moments import READING, WRITING
from tests.tools.scale.trial import carry_out

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("scale")]
WORKBOOKS = 60


def test_machines_that_fail_change_nothing(tmp_path: Path) -> None:
    """Without a worker, a network, another worker and for a moment the database, all is equal, files in bytes."""
    result = carry_out(WORKBOOKS, tmp_path)
    assert result.returned == {READING: True, WRITING: True}
    assert result.differences == []
    assert result.exit_codes[-1] == 0
