"""Contents of cells and names that need no interpretation: plain texts, whole numbers, percentages, notes."""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from domain.catalog.catalog import Catalog
from domain.observations import CellState, Figure
from domain.texts import normalise_name, says
from domain.units import OrgUnit
from workbooks.direct.skeleton import EMPTY, NUMBER, PRESERVED, TEXT, Content, NotDirectError
from workbooks.identify.hints import months_in_words
from workbooks.numbers.share_text import read_share_text
from workbooks.text.catalog_cache import cached_per_catalog
from workbooks.text.heading_vocabulary import heading_vocabulary_of
from workbooks.text.labels import is_total_label, normalise_label
from workbooks.text.legacy_text import unicode_readings

_ENTITY = re.compile(rb"&(?:#([0-9]{1,7})|(amp|lt|gt|quot|apos));")
_NAMED = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'"}
_WHOLE = re.compile(rb"0|[1-9][0-9]{0,8}")
_PERCENT = re.compile(rb"(?:0|[1-9][0-9]{0,3})(?:\.[0-9]{1,2})?")
_HALF_STEP, _HALF = Decimal("0.005"), Decimal("0.5")
_NOTE = re.compile(r"[^\W\d_](?:[^\W\d_]|[ ,.;:()]){0,99}")
_NAME = re.compile(r"[^\W\d_]+(?:[ '’]?[^\W\d_]+)*|[0-9]{1,2}")
_SIGNED = re.compile(r"ngày (\d{2}) tháng (\d{1,2}) năm (\d{4})$")


def text_of(content: Content) -> str:
    """Return a plain printed text on one line, "" for an empty cell.

    Raises:
        NotDirectError: it is no text, or one with characters or spaces that need interpretation.
    """
    kind, raw = content
    if kind == EMPTY or (kind == TEXT and not raw):
        return ""
    if kind != TEXT:
        raise NotDirectError("no text")
    return _decoded(raw)


@lru_cache(maxsize=4096)
def _decoded(raw: bytes) -> str:
    plain = _ENTITY.sub(_character, raw.removeprefix(PRESERVED)) if b"&" in raw else raw.removeprefix(PRESERVED)
    try:
        text = plain.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotDirectError("no UTF-8") from error
    if b"&" in _ENTITY.sub(b"", raw) or b"]]>" in raw or not text.isprintable() or text != text.strip() or "_x" in text:
        raise NotDirectError("a text with unusual characters")
    return text


def _character(match: re.Match[bytes]) -> bytes:
    if match[2]:
        return _NAMED[match[2]]
    try:
        return chr(int(match[1])).encode("utf-8")
    except (ValueError, UnicodeEncodeError) as error:
        raise NotDirectError("no character") from error


def whole_number(content: Content, cell: str) -> Figure:
    """Return the figure of a blank cell or a whole number.

    Raises:
        NotDirectError: the cell holds something else.
    """
    kind, raw = content
    if not raw:
        if kind not in {EMPTY, NUMBER, TEXT}:
            raise NotDirectError("an unusual blank")
        return Figure(CellState.BLANK, None, cell, "")
    if kind != NUMBER or not _WHOLE.fullmatch(raw):
        raise NotDirectError("no whole number")
    text = raw.decode()
    return Figure(CellState.VALUE if text != "0" else CellState.ZERO, Decimal(text), cell, text)


def percentage(content: Content, cell: str, computed: Decimal | None) -> Figure | None:
    """Return the stated percentage of a line with its two decimals, None if its formula shows nothing.

    Raises:
        NotDirectError: the cell holds something else, or a number that does not follow from both counts.
    """
    kind, raw = content
    if not raw:
        return None
    if kind != NUMBER or computed is None or not _PERCENT.fullmatch(raw):
        raise NotDirectError("no plain percentage")
    text = raw.decode()
    text = text.rstrip("0").rstrip(".") if "." in text else text
    percent = Decimal(text)
    # Up to 1 a share and a percentage look alike: only the counts tell 0.94 % from 94 %.
    if 0 < percent <= 1 and (abs(percent - computed) > _HALF_STEP or abs(100 * percent - computed) <= _HALF):
        raise NotDirectError("a share or a percentage")
    return Figure(CellState.VALUE if percent else CellState.ZERO, percent, cell, text, 2)


def signed_on(text: str) -> date | None:
    """Return the day that ends a line of place and date, None if there is none."""
    match = _SIGNED.search(text)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else None
    except ValueError:
        return None


def is_plain_unit(unit: OrgUnit) -> bool:
    """Return whether a unit's name is words only, or a number; a dash may end a name, and "Phước Cát 2" names two."""
    return _NAME.fullmatch(unit.bare_name) is not None and "-" not in unit.name


def is_remark(text: str, catalog: Catalog) -> bool:
    """Return whether a note or a signer's name says nothing that bears upon figures, period, unit or form."""
    if not text:
        return True
    # "Tăng so với tháng trước" compares, and does not say that the figure is another month's.
    words = heading_vocabulary_of(catalog)
    plain = words.without_other_times(words.months.numbered(normalise_name(text)))
    return (
        _NOTE.fullmatch(text) is not None
        and "tháng" not in plain
        and not months_in_words(plain)
        and not says(plain, _words_of_weight(catalog))
        and normalise_label(text) not in _known_labels(catalog)
        and read_share_text(text, is_count=True) is None
        and not any(is_total_label(text, layout.totals) for layout in catalog.forms.layouts)
        and not any(unicode_readings(text))
    )


@cached_per_catalog
def _words_of_weight(catalog: Catalog) -> frozenset[str]:
    """Return the words by which a text calls figures into question, or scales them."""
    marks = catalog.marks
    return marks.provisional | marks.other_figures | marks.money | frozenset(marks.scale) | catalog.words.figures


@cached_per_catalog
def _known_labels(catalog: Catalog) -> frozenset[str]:
    """Return the labels of all lines and columns."""
    texts: set[str] = set()
    for layout in catalog.forms.layouts:
        for line in layout.lines:
            texts.update((line.label, *line.aliases))
        for column in (*layout.columns, *layout.village_columns):
            texts.update((column.header, *column.aliases))
    for indicator in catalog.indicators.values():
        texts.update((indicator.name.vi, *indicator.aliases))
    return frozenset(normalise_label(text) for text in texts)
