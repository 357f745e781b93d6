"""Compare the installed packages with a list of advisories, without a network.

    python -m tests.tools.audit advisories.json

The list holds records of the Open Source Vulnerability format (https://ossf.github.io/osv-schema/), as osv.dev and the
Python packaging advisory database publish them: one record, a list of them, or the answer `{"vulns": […]}` of its API.
Exit codes: 0 nothing is affected; 1 something is, and a table names it; 2 the list is missing or cannot be read.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from domain.texts import one_line

ECOSYSTEM = "PyPI"
Record = Mapping[str, Any]


class UnreadableAdvisoriesError(Exception):
    """The list is missing, or holds something other than advisories."""


@dataclass(frozen=True, order=True)
class AffectedPackage:
    """An installed package that an advisory names: its version, the advisory, and the versions without the fault."""

    package: str
    version: str
    advisory: str
    fixed_in: tuple[str, ...]
    summary: str


def read_advisories(file: Path) -> list[Record]:
    """Read the records of a file that were not withdrawn.

    Raises:
        UnreadableAdvisoriesError: it is missing, no JSON, or holds other things than records.
    """
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise UnreadableAdvisoriesError(f"{file} cannot be read: {error}") from error
    if isinstance(content, dict):
        content = content.get("vulns", [content])
    if not isinstance(content, list) or not all(isinstance(each, dict) and each.get("id") for each in content):
        raise UnreadableAdvisoriesError(f"{file} holds no advisories of the OSV format: records with an id")
    return [record for record in content if not record.get("withdrawn")]


def affected_packages(records: Iterable[Record], installed: Mapping[str, str]) -> Iterator[AffectedPackage]:
    """Yield every installed package, by name and version, that a record says is affected.

    Raises:
        UnreadableAdvisoriesError: a record has another shape than the format's.
    """
    versions = {canonicalize_name(name): version for name, version in installed.items()}
    for record in records:
        try:
            yield from _affected_by(record, versions)
        except (AttributeError, InvalidVersion, KeyError, TypeError) as error:
            raise UnreadableAdvisoriesError(f"the advisory {record['id']} cannot be read: {error!r}") from error


def _affected_by(record: Record, versions: Mapping[str, str]) -> Iterator[AffectedPackage]:
    for affected in record.get("affected", ()):
        package = affected.get("package", {})
        name = canonicalize_name(package.get("name", ""))
        if package.get("ecosystem") != ECOSYSTEM or name not in versions:
            continue
        version = Version(versions[name])
        ranges = [events for events in affected.get("ranges", ()) if events.get("type") == "ECOSYSTEM"]
        if any(_is_same(listed, version) for listed in affected.get("versions", ())) or any(
            _is_within(each["events"], version) for each in ranges
        ):
            fixes = tuple(event["fixed"] for each in ranges for event in each["events"] if "fixed" in event)
            summary = record.get("summary") or record.get("details") or ""
            yield AffectedPackage(name, str(version), record["id"], fixes, one_line(summary)[:80])


def _is_same(listed: str, version: Version) -> bool:
    try:
        return Version(listed) == version
    except InvalidVersion:  # of the time before versions had a form; none of those can be installed today
        return False


def _is_within(events: Iterable[Mapping[str, str]], version: Version) -> bool:
    """Return whether a version lies between an introduction and the fix after it, as the format evaluates events."""
    ordered = sorted(
        (Version("0.dev0") if bound == "0" else Version(bound), kind)
        for event in events
        for kind, bound in event.items()
        if kind in {"introduced", "fixed", "last_affected"}
    )
    is_affected = False
    for bound, kind in ordered:
        if kind == "introduced":
            is_affected = is_affected or version >= bound
        elif version > bound or (kind == "fixed" and version == bound):
            is_affected = False
    return is_affected


@cache
def installed_packages() -> Mapping[str, str]:
    """Return the version of each installed distribution by its name."""
    return {package.metadata["Name"]: package.version for package in distributions()}


def main(arguments: list[str] | None = None) -> int:
    """Print what is affected and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("advisories", type=Path, help="JSON file of advisories in the OSV format")
    file: Path = parser.parse_args(arguments).advisories
    installed = installed_packages()
    try:
        records = read_advisories(file)
        affected = sorted(affected_packages(records, installed))
    except UnreadableAdvisoriesError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    rows = [
        (each.package, each.version, each.advisory, ", ".join(each.fixed_in) or "-", each.summary) for each in affected
    ]
    if rows:
        heads = ("package", "installed", "advisory", "fixed in", "summary")
        widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        for row in (heads, *rows):
            line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            sys.stdout.write(f"{line.rstrip()}\n")
    sys.stdout.write(f"{len(installed)} packages, {len(records)} advisories, {len(affected)} findings\n")
    return 1 if affected else 0


if __name__ == "__main__":
    sys.exit(main())
