"""Figures of any version of a report, stored or read again, and the differences between two versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from connectors.landing import Landing
from domain.catalog.catalog import Catalog
from domain.errors import UsageError
from domain.figure_changes import FigureChange, changed_figures
from domain.observations import Observation
from warehouse.queries.history import ReportHistory, ReportVersion, kept_figures
from warehouse.store.engine import Engine, reading
from workbooks.identify.hints import Hints
from workbooks.report.parse import parse_report


@dataclass(frozen=True, slots=True)
class VersionDifference:
    """Differences of version `after` from `before`; figures of those in `read_again` were never stored."""

    before: int
    after: int
    changes: tuple[FigureChange, ...]
    read_again: tuple[int, ...]


def difference(
    engine: Engine, landing: Landing, catalog: Catalog, history: ReportHistory, between: tuple[int, int] | None = None
) -> VersionDifference | None:
    """Return the differences between two versions; by default the last two, None where there are fewer.

    Figures of a version that was never accepted are not stored: they are read again from the bytes as delivered.

    Raises:
        UsageError: there is no version of that number.
        NotLandedError: the bytes of a version are missing.
        DamagedBytesError: the bytes differ from those delivered.
    """
    if between is None:
        if len(history.versions) < 2:
            return None
        before, after = history.versions[-2:]
    else:
        before, after = (_numbered(history.versions, number) for number in between)
    results = [_figures(engine, landing, catalog, version) for version in (before, after)]
    return VersionDifference(
        before=before.version,
        after=after.version,
        changes=changed_figures(*(figures for figures, _ in results)),
        read_again=tuple(
            version.version for version, (_, kept) in zip((before, after), results, strict=True) if not kept
        ),
    )


def _numbered(versions: Sequence[ReportVersion], number: int) -> ReportVersion:
    result = next((version for version in versions if version.version == number), None)
    if result is None:
        known = ", ".join(str(version.version) for version in versions) or "none"
        raise UsageError(f"there is no version {number}; there is: {known}")
    return result


def _figures(
    engine: Engine, landing: Landing, catalog: Catalog, version: ReportVersion
) -> tuple[tuple[Observation, ...], bool]:
    if version.accepted_at is not None:
        with reading(engine) as session:
            return kept_figures(session, version.submission_id), True
    newest = version.deliveries[-1]
    hints = Hints(newest.file_name, PurePosixPath(newest.path).parts[:-1])
    return tuple(parse_report(landing.read(version.sha256), catalog, hints).observations), False
