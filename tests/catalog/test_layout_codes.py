"""Codes and sections of a form's lines: what the loader makes of them, and what it refuses."""

from pathlib import Path

import pytest

from domain.catalog.catalog import Catalog, CatalogError, load_catalog
from domain.catalog.forms import Forms
from tests.catalogs import with_next_version

NEXT = "layouts/cds_x_t-2025.2.yaml"


@pytest.fixture
def root(root: Path) -> Path:
    """A catalogue with the next version of the form, to be broken."""
    return with_next_version(root)


def test_line_has_its_sections(forms: Forms) -> None:
    """A line stands under its section, and that under its chapter."""
    lines = {line.indicator: line.sections for line in forms.layouts[0].lines}
    assert lines["hddt_dn"] == ("KINH TẾ SỐ", "Hóa đơn điện tử")
    assert forms.layouts[0].lines[0].sections == ()


def test_codes_are_kept(next_catalog: Catalog) -> None:
    """Each line of figures of a form with a code column has its code."""
    codes = [line.code for line in next_catalog.forms.layout("cds_x_t", "2025.2").lines if line.indicator is not None]
    assert codes == [f"CT{number:02}" for number in range(1, len(codes) + 1)]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("    code: CT02\n", "", "the line has no code"),
        ("code: CT02", "code: ct 01", "the code 'ct 01' is listed here twice"),
        ("{role: code, header", "{role: note, header", "two columns have the role note"),
        ("indicator: taphuan_dan", "indicator: taphuan_cb", "is listed here twice"),
    ],
)
def test_ambiguous_codes_are_refused(root: Path, old: str, new: str, says: str) -> None:
    """A code that is missing, comes twice or has no column is refused with what is wrong."""
    path = root / NEXT
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogError) as refused:
        load_catalog(root)
    assert says in str(refused.value)


def test_codes_need_their_column(root: Path) -> None:
    """Codes without a column for them are refused."""
    path = root / NEXT
    lines = [line for line in path.read_text("utf-8").splitlines() if "role: code" not in line]
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(CatalogError, match="no column has the role code"):
        load_catalog(root)
