"""What tests of the pipeline share: but for those that ask for them, their runs publish no pages, workbooks or site."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def only_figures_are_published(runs_publish_figures: None) -> None:
    """Publish figures and data only: pages are looked at in tests/publishing, tests/web and tests/cli."""
