"""Catalogues of a test's own: the shipped one, copied, with something added."""

import shutil
from pathlib import Path

from domain.catalog.catalog import load_catalog

_NEXT = Path(__file__).parent / "cases" / "next_version"
_SHARES = "\nshares:\n"
_INVENTED = "{minimum: 0.4, maximum: 0.8, monthly_drift: 0, noise: 0}"


def add_next_version(root: Path) -> Path:
    """Copy the shipped catalogue to a folder and add the form's next version, which is one YAML file.

    The version asks for two more indicators: these come along, with what the sample's generator needs of them.
    """
    shutil.copytree(load_catalog().root, root)
    shutil.copy(_NEXT / "layout.yaml", root / "layouts" / "cds_x_t-2025.2.yaml")
    shutil.copy(_NEXT / "indicators.yaml", root / "indicators" / "training.yaml")
    typical = root / "sample" / "typical.yaml"
    more = "".join(f"  {indicator}: {_INVENTED}\n" for indicator in ("taphuan_cb", "taphuan_dan"))
    typical.write_text(typical.read_text("utf-8").replace(_SHARES, _SHARES + more, 1), "utf-8")
    return root
