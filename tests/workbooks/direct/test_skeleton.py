"""Tests of skeletons: what is taken out of a sheet are the values of its cells, and nothing else."""

from contextlib import suppress
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbooks.workbook_edits import pack
from workbooks.cells.guards import Limits
from workbooks.container.archive import open_archive
from workbooks.direct.skeleton import BLANK, NUMBER, TEXT, Content, NotDirectError, SheetCells, split_workbook

STRINGS = ("a<v>", "b")
VALUES = st.sampled_from(["", "0", "1", "7", "a&gt;b", "&lt;v&gt;5", "a>b", "v>", " "])
CELLS = st.sampled_from(
    (
        "<c%s/>", "<c%s></c>", "<c%s><v/></c>", "<c%s><v>%s</v></c>", "<c%s><f>A1</f><v>%s</v></c>",
        "<c%s><f>%s</f></c>", "<c%s><is><t>%s</t></is></c>", "<c%s><is><t/></is></c>", "<c%s><is><v>%s</v></is></c>",
        "<c%s><t>%s</t></c>", "<c%s><v><t>%s</t></v></c>", "<c%s><is><t><v>%s</v></t></is></c>", "<c%s><v>%s</t></c>",
        "<c%s/><v>%s</v>", "<c%s><v>%s</v><v>1</v></c>", "<row%s><t>%s</t></row>",
    )
)  # fmt: skip
KINDS = st.sampled_from(["", ' t="n"', ' t="s"', ' t="str"', ' t="inlineStr"', ' s="1"', ' s="1" t="n"'])
SHEETS = st.lists(st.tuples(CELLS, KINDS, VALUES), max_size=5)


@pytest.mark.parametrize("shown", [BLANK, (NUMBER, b"5"), (TEXT, b"5")])
def test_form_of_a_cell_is_no_part_of_the_skeleton(shown: Content) -> None:
    """A cell without value, with a number and with a text are the same but for content."""
    markup = {BLANK: "<c%s/>", (NUMBER, b"5"): "<c%s><v>%s</v></c>"}.get(shown, "<c%s><is><t>%s</t></is></c>")
    cells = _split([(markup, ' t="inlineStr"' if shown[0] == TEXT else "", "5")])
    assert cells is not None
    assert cells.contents == [shown]
    empty = _split([("<c%s></c>", "", "")])
    assert empty is not None
    assert empty.shape.digest == cells.shape.digest


@given(SHEETS, SHEETS)
def test_all_but_values_is_in_the_digest(sheet: list[tuple[str, str, str]], other: list[tuple[str, str, str]]) -> None:
    """Well-formed sheets have the contents that expat sees; those of one digest differ in these alone."""
    seen = {}
    for cells in (sheet, other):
        split, tree = _split(cells), None
        with suppress(ET.ParseError):
            tree = ET.fromstring(_markup(cells))  # noqa: S314 # our own
        if split is None or tree is None:
            continue
        contents = [(kind.decode(), unescape(raw.decode())) for kind, raw in split.contents]
        assert contents == [_content(cell) for cell in tree.iter("c")]
        for cell in tree.iter("c"):
            cell.attrib.pop("t", None)
            for child in [*cell.findall("v"), *cell.findall("is")]:
                cell.remove(child)
        assert seen.setdefault(split.shape.digest, ET.tostring(tree)) == ET.tostring(tree)


def _markup(cells: list[tuple[str, str, str]]) -> str:
    parts = [
        markup.replace("%s", f' r="A{number}"{kind}', 1).replace("%s", value)
        for number, (markup, kind, value) in enumerate(cells, start=1)
    ]
    return f"<worksheet>{''.join(parts)}</worksheet>"


def _split(cells: list[tuple[str, str, str]]) -> SheetCells | None:
    strings = f"<sst>{''.join(f'<si><t>{escape(text)}</t></si>' for text in STRINGS)}</sst>"
    data = pack([("xl/worksheets/sheet1.xml", _markup(cells).encode()), ("xl/sharedStrings.xml", strings.encode())])
    try:
        return split_workbook(open_archive(data, Limits())).sheets[0]
    except NotDirectError:
        return None


def _content(cell: ET.Element) -> tuple[str, str]:
    value, inline, kind = cell.find("v"), cell.find("is/t"), cell.get("t", "n")
    if inline is not None:
        return TEXT.decode(), inline.text or ""
    if value is None:
        return "", ""
    return (TEXT.decode(), STRINGS[int(value.text or "")]) if kind == "s" else (kind, value.text or "")
