"""Catalogues for tests: a copy of the shipped one with additions."""

import shutil
from pathlib import Path

from domain.catalog.catalog import load_catalog

_NEXT = Path(__file__).parent / "cases" / "next_version"
_SHARES = "\nshares:\n"
_REACH = "{minimum: 0.4, maximum: 0.8, monthly_drift: 0, noise: 0}"


def add_next_version(root: Path) -> Path:
    """Copy the shipped catalogue to a folder and add the form's next version, which is one YAML file.

    The version adds two indicators, whose definitions and sample parameters are added as well.
    """
    shutil.copytree(load_catalog().root, root)
    shutil.copy(_NEXT / "layout.yaml", root / "layouts" / "cds_x_t-2025.2.yaml")
    shutil.copy(_NEXT / "indicators.yaml", root / "indicators" / "training.yaml")
    typical = root / "sample" / "typical.yaml"
    reaches = "".join(f"  {indicator}: {_REACH}\n" for indicator in ("taphuan_cb", "taphuan_dan"))
    typical.write_text(typical.read_text("utf-8").replace(_SHARES, _SHARES + reaches, 1), "utf-8")
    return root
