"""Whatever arrives, parsing answers with a report: mutated workbooks never raise and never end unexplained."""

import io
import random
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.catalog import Catalog
from tests.workbooks.making import make_handmade, pack, save, template_bytes
from workbooks.hints import Hints
from workbooks.parse import parse_report

_HINTS = Hints("22813_2025-05.xlsx", ("2025-05",))
_SETTINGS = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)


@_SETTINGS
@given(
    data=st.binary(max_size=400),
    start=st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html"]),
)
def test_any_bytes_are_refused_by_name(catalog: Catalog, data: bytes, start: bytes) -> None:
    """Bytes at random are refused with an issue the catalogue has a text for."""
    report = parse_report(start + data, catalog, _HINTS)
    assert report.has_critical
    assert all(issue.code in catalog.issue_texts for issue in report.issues)


@_SETTINGS
@given(cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), min_size=1, max_size=5))
def test_a_template_with_other_bytes_in_places(catalog: Catalog, cuts: list[tuple[float, bytes]]) -> None:
    """A workbook some of whose bytes were changed is read as it was, or refused by name."""
    data = bytearray(template_bytes(catalog, "22813", "2025-05"))
    for place, piece in cuts:
        start = int(place * len(data))
        data[start : start + len(piece)] = piece
    _assert_explained(bytes(data), catalog)


@_SETTINGS
@given(seed=st.integers(0, 2**32), part=st.integers(0, 12))
def test_a_template_with_other_markup(catalog: Catalog, seed: int, part: int) -> None:
    """A workbook whose markup was shuffled inside intact archives is read, or refused by name."""
    with zipfile.ZipFile(io.BytesIO(template_bytes(catalog, "22813", "2025-05"))) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    name, content = parts[part % len(parts)]
    parts[part % len(parts)] = (name, _shuffle(content, random.Random(seed)))  # noqa: S311 - no secret depends on it
    _assert_explained(pack(parts), catalog)


@pytest.fixture(scope="module")
def handmade(catalog: Catalog) -> bytes:
    """A hand-made form."""
    return save(make_handmade(catalog, "22813", "2025-05"))


@_SETTINGS
@given(seed=st.integers(0, 2**32))
def test_a_hand_made_form_with_other_markup(catalog: Catalog, handmade: bytes, seed: int) -> None:
    """A hand-made form whose sheets were shuffled is read, or refused by name."""
    draws = random.Random(seed)  # noqa: S311
    with zipfile.ZipFile(io.BytesIO(handmade)) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    spoilt = [(name, _shuffle(content, draws) if "sheet" in name else content) for name, content in parts]
    _assert_explained(pack(spoilt), catalog)


def _shuffle(content: bytes, draws: random.Random) -> bytes:
    """Copy, drop, exchange or overwrite a few pieces of markup."""
    pieces = content.split(b"<")
    for _ in range(draws.randint(1, 4)):
        one, other = draws.randrange(len(pieces)), draws.randrange(len(pieces))
        match draws.randrange(5):
            case 0:
                pieces[one] = pieces[other]
            case 1:
                pieces[one], pieces[other] = pieces[other], pieces[one]
            case 2:
                pieces[one] = pieces[one].replace(b'"', b"", 1)
            case 3:
                pieces[one] = bytes(draws.choice(b'0123456789"=/> -.,#AZ') for _ in pieces[one])
            case _:
                del pieces[one]
    return b"<".join(pieces)


def _assert_explained(data: bytes, catalog: Catalog) -> None:
    """A report either knows form, unit and period, or a critical issue says why not; every issue has a text."""
    report = parse_report(data, catalog, _HINTS)
    assert report.is_placeable or report.has_critical
    assert all(issue.code in catalog.issue_texts for issue in report.issues)
