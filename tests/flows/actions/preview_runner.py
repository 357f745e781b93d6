"""Previews a run in a process that is killed once the rules have checked.

Called as `python -m tests.flows.actions.preview_runner HOME URL`.
"""

import sys
from pathlib import Path
from unittest.mock import patch

from domain.periods import parse_period
from flows.actions.preview import preview
from flows.pipeline import judging
from flows.pipeline.progress import NoProgress
from flows.pipeline.scope import RunScope
from tests.flows.pipeline.kill_runner import killed_after
from tests.flows.pipeline.nightly_runs import context_of

if __name__ == "__main__":
    with patch.object(judging, "check", killed_after(judging.check)):
        preview(
            context_of(Path(sys.argv[1]), warehouse_url=sys.argv[2]),
            RunScope(parse_period("2025-05")),
            NoProgress(),
            (),
        )
