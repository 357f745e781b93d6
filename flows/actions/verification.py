"""Verify a bundle: is it complete, are its figures reproduced from its files, are the files equal byte for byte."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from domain.errors import TerminalError, UsageError
from flows.bundles.archive import ArchiveDamagedError, UnpackedArchive, digest_of, files_below, put_below, unpack
from flows.bundles.bundle import CATALOG, DELIVERED, FINDINGS, INPUTS, OUTPUTS, BundleManifest, read_manifest, read_rows
from flows.bundles.compare_figures import FIGURES
from flows.bundles.recompute import RecomputedRollup, recompute
from flows.support.atomic_files import workspace
from flows.support.settings import Settings
from flows.support.slices.provenance import versions


class OtherProgramError(TerminalError):
    """A bundle is complete, but this version of the program cannot recompute its figures."""

    def __init__(self, archive: Path, made_with: str, reason: str) -> None:
        """Keep the bundle, the version that made it, and the error of this one."""
        self.archive = archive
        self.made_with = made_with
        super().__init__(
            f"{archive} is whole, but this version cannot make its figures again ({reason}). Verify it with the "
            f"version that closed it: {made_with}."
        )


class VerificationResult(IntEnum):
    """Outcome of verifying a bundle; the command's exit code."""

    EQUAL = 0
    FILES_DIFFER = 1
    DAMAGED = 3


@dataclass(frozen=True, slots=True)
class OtherVersion:
    """A component whose version differs from the present one; an empty version: it is or was absent."""

    name: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Damage:
    """A file of the bundle that differs from the manifest: `altered`, `missing` or `unknown`; and its report's unit."""

    file: str
    kind: str
    whose: str


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """Result of verifying a bundle; figures are recomputed only where nothing is damaged, else `result` is None."""

    sha256: str
    manifest: BundleManifest
    damage: tuple[Damage, ...]
    versions: tuple[OtherVersion, ...]
    result: RecomputedRollup | None

    @property
    def unexplained(self) -> tuple[str, ...]:
        """Names of what differs although the versions that made it are the same: it was tampered with.

        Outputs are named by their file; differing judgements of workbooks by the file of issues.
        """
        if self.result is None or self.versions:
            return ()
        files = tuple(name for name in self.result.differing if name not in self.manifest.differing)
        judged = Counter(self.result.judged_otherwise) - Counter(self.manifest.judged_otherwise)
        return (*files, FINDINGS) if judged else files

    @property
    def verdict(self) -> VerificationResult:
        """The outcome: equal; figures equal and files not; or something is wrong with the bundle."""
        if self.result is None or self.result.figures or self.unexplained:
            return VerificationResult.DAMAGED
        return (
            VerificationResult.FILES_DIFFER
            if self.result.differing or self.result.judged_otherwise
            else VerificationResult.EQUAL
        )


def verify(archive: Path, settings: Settings, sha256: str | None = None) -> VerificationReport:
    """Verify a bundle by itself, without network and with a temporary warehouse only.

    Args:
        archive: the bundle.
        settings: how workbooks are read and how much is unpacked; no other setting is used.
        sha256: the expected hash of the whole bundle, where it was noted when the period was closed.

    Raises:
        UsageError: there is no such file.
        ArchiveDamagedError: it is not a bundle, is truncated, or has another hash.
        ArchiveBeyondLimitsError: it holds more than the settings allow.
        OtherProgramError: it is complete, and only another version of the program can recompute its figures.
        NoRoomToWorkError: the disk is too full to unpack it.
    """
    if not archive.is_file():
        raise UsageError(f"there is no file {archive}: name a bundle that `tonghop close` made")
    digest = digest_of(archive)
    if sha256 is not None and digest != sha256.strip().lower():
        raise ArchiveDamagedError(archive, f"it is another file than the one closed: its sha256 is {digest}")
    with workspace("verify") as work:
        folder = work / "bundle"
        folder.mkdir()
        results = unpack(
            archive, lambda content, entry: put_below(folder, content, entry), lambda: None, settings.unpack_limits
        )
        manifest = _manifest(archive, results)
        damage = _damage(folder, results, (*manifest.documents, f"{OUTPUTS}/{FIGURES}"))
        result = None if damage else _recompute(archive, manifest, folder, work / "home", settings)
    return VerificationReport(digest, manifest, damage, _other_versions(manifest.versions), result)


def _manifest(archive: Path, result: UnpackedArchive) -> BundleManifest:
    try:
        return read_manifest(result.manifest)
    except TypeError as error:
        raise ArchiveDamagedError(archive, "its manifest is none of a closed period, or of another version") from error


def _damage(folder: Path, result: UnpackedArchive, needed: Sequence[str]) -> tuple[Damage, ...]:
    names = _names_of_inputs(folder)
    damage = [
        Damage(name, kind, names.get(name, ""))
        for kind in ("altered", "missing", "unknown")
        for name in getattr(result, kind)
    ]
    results = {damaged_file.file for damaged_file in damage}
    # A manifest can be changed along with a file; the name of an input cannot.
    damage += [
        Damage(name, "altered", names.get(name, ""))
        for name, path in files_below(folder / INPUTS, INPUTS).items()
        if name not in results and digest_of(path) != path.name
    ]
    listed = result.manifest["files"].keys() | results
    damage += [Damage(name, "missing", names.get(name, "")) for name in (*needed, *names) if name not in listed]
    return tuple(damage)


def _names_of_inputs(folder: Path) -> dict[str, str]:
    """Return the delivered names of the inputs by their names in the bundle; empty where they cannot be read."""
    try:
        rows = read_rows(folder / DELIVERED)["submission"]
        return {f"{INPUTS}/{row['sha256']}": str(row["file_name"]) for row in rows}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def _recompute(
    archive: Path, manifest: BundleManifest, folder: Path, home: Path, settings: Settings
) -> RecomputedRollup:
    files = {name: folder / name for name in manifest.files}
    try:
        return recompute(manifest, files, folder / CATALOG, home, settings)
    except (LookupError, TypeError, ValueError, TerminalError) as error:
        then = manifest.versions
        if then.get("code") != versions()["code"]:
            made_with = f"tonghop {then.get('tonghop', '?')}, code {then.get('code', '?')[:12]}"
            raise OtherProgramError(archive, made_with, str(error)) from error
        raise ArchiveDamagedError(archive, f"its figures cannot be made again ({error})") from error


def _other_versions(then: Mapping[str, str]) -> tuple[OtherVersion, ...]:
    now = versions()
    names = sorted({*then, *now})
    return tuple(
        OtherVersion(name, then.get(name, ""), now.get(name, "")) for name in names if then.get(name) != now.get(name)
    )
