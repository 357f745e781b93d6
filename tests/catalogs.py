"""Catalogues for tests: copies of the shipped one with additions, or with the units around one district only."""

import atexit
import csv
import os
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from domain.catalog.catalog import SHIPPED

_NEXT = Path(__file__).parent / "cases" / "next_version"
_SHARES = "\nshares:\n"
_REACH = "{minimum: 0.4, maximum: 0.8, monthly_drift: 0, noise: 0}"
_PROVINCES = {"58", "56"}  # Ninh Thuận with district 585, and Khánh Hòa, into which it passed
_FURTHER = {"00004"}  # a commune that goes on after the last changes
_SHARED = "SMALL_CATALOG_OF_TESTS"


@cache
def small_catalog() -> Path:
    """Return the folder of a small copy that is made once for a test run: processes started meanwhile share it."""
    if _SHARED not in os.environ:
        folder = TemporaryDirectory(prefix="tonghop-catalog-")
        atexit.register(folder.cleanup)
        os.environ[_SHARED] = str(copy_small(Path(folder.name) / "catalog"))
    return Path(os.environ[_SHARED])


@cache
def register_catalog() -> Path:
    """Return the folder of a small copy in which the tax office's table counts since 2026-01-01."""
    folder = TemporaryDirectory(prefix="tonghop-catalog-")
    atexit.register(folder.cleanup)
    root = copy_small(Path(folder.name) / "catalog")
    file = root / "obligations" / "precedence.yaml"
    since = '    - {from: 2026-01-01, form: hddt_t, source: "The tax office sends its table each month"}\n'
    lines = [line + since * ("form: cds_x_t" in line) for line in file.read_text("utf-8").splitlines(keepends=True)]
    file.write_text("".join(lines), "utf-8")
    return root


def changed_catalog(folder: Path) -> Path:
    """Return a copy of the small catalogue below a folder, which says the same in another version."""
    catalog = folder / "catalog"
    shutil.copytree(small_catalog(), catalog)
    texts = next(catalog.rglob("*.yaml"))
    texts.write_text(texts.read_text("utf-8") + "\n# changed\n", "utf-8")
    return catalog


def copy_small(root: Path) -> Path:
    """Copy the shipped catalogue to a folder, with the communes of few provinces: it loads in a third of the time.

    All provinces and districts, the communes of district 585's province before and after 2025-07-01, and those that
    changed on 2026-04-30.
    """
    for name, data in _small_files().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


@cache
def _small_files() -> Mapping[str, bytes]:
    paths = [path for path in SHIPPED.rglob("*") if path.is_file() and path.parent.name != "schemas"]
    files = {path.relative_to(SHIPPED).as_posix(): path.read_bytes() for path in paths}
    above = _PROVINCES | {row[0] for row in _rows(files["units/districts.csv"]) if row[3] in _PROVINCES}
    communes = [name for name in files if name.startswith("units/communes_")]
    kept = _FURTHER | {row[0] for row in _rows(files["units/successions_2026-04-30.csv"])}
    kept |= {row[0] for name in communes for row in _rows(files[name]) if row[3] in above}
    for name in communes:
        files[name] = _only(files[name], lambda row: row[0] in kept)
    kept |= {row[0] for name in ("provinces", "districts") for row in _rows(files[f"units/{name}.csv"])}
    for name in ("units/successions_2025-07-01.csv", "units/weights.csv"):
        files[name] = _only(files[name], lambda row: {row[0], row[1]} <= kept)
    return files


def _rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(data.decode(), newline="")))


def _only(data: bytes, keeps: Callable[[list[str]], bool]) -> bytes:
    heading, *rows = data.decode().splitlines(keepends=True)
    return "".join([heading, *(row for row in rows if keeps(row.split(",")))]).encode()


def add_next_version(root: Path, source: Path = SHIPPED) -> Path:
    """Copy a catalogue to a folder and add the form's next version to the copy."""
    shutil.copytree(source, root)
    return with_next_version(root)


def with_next_version(root: Path) -> Path:
    """Add the form's next version, which is one YAML file, to the catalogue in a folder.

    The version adds two indicators, whose definitions and sample parameters are added as well.
    """
    shutil.copy(_NEXT / "layout.yaml", root / "layouts" / "cds_x_t-2025.2.yaml")
    shutil.copy(_NEXT / "indicators.yaml", root / "indicators" / "training.yaml")
    typical = root / "sample" / "typical.yaml"
    reaches = "".join(f"  {indicator}: {_REACH}\n" for indicator in ("taphuan_cb", "taphuan_dan"))
    typical.write_text(typical.read_text("utf-8").replace(_SHARES, _SHARES + reaches, 1), "utf-8")
    return root
