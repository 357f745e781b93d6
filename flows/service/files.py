"""Read the definitions for Prefect: prefect.yaml and automations.yaml.

The files lie at the top of a checkout, where people look for them; links beside this file put them into the package.
"""

from pathlib import Path
from typing import Any, Final

import yaml

DEPLOYMENTS: Final = Path(__file__).parent / "prefect.yaml"
AUTOMATIONS: Final = Path(__file__).parent / "automations.yaml"


def read_deployments() -> list[dict[str, Any]]:
    """Return the deployments as written; Prefect itself fills in what is in {{ }}."""
    return _entries(DEPLOYMENTS, "deployments")


def read_automations() -> list[dict[str, Any]]:
    """Return the automations as written, with names in place of ids."""
    return _entries(AUTOMATIONS, "automations")


def _entries(file: Path, name: str) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))[name]
    return result
