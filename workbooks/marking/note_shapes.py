"""VML shapes of a sheet's notes. Programs read VML leniently and write it carelessly.

Shapes are inserted and removed as text, each with its own namespaces: these parts are often not well-formed, and
parsing and serialising would change them.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from workbooks.cells.addresses import split_address

_NAMESPACES = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
_EMPTY = (
    f'<xml {_NAMESPACES}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{{block}}"/></o:shapelayout></xml>'
)
_TYPE = (
    f'<v:shapetype {_NAMESPACES} id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    f'<v:shape {_NAMESPACES} id="_x0000_s{{number}}" type="#_x0000_t202" '
    "style='position:absolute;margin-left:{left:.1f}pt;margin-top:{top:.1f}pt;width:{width:.1f}pt;height:{height:.1f}pt;"
    'z-index:{layer};visibility:hidden\' fillcolor="#ffffe1" o:insetmode="auto">'
    '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    "<v:textbox style='mso-direction-alt:auto'><div style='text-align:left'></div></v:textbox>"
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_BLOCK_SIZE = 1024
_NUMBER = re.compile(rb'id="_x0000_s(\d+)"')
_BLOCKS = re.compile(rb'<o:idmap[^>]*data="([\d,]+)"')
_SHAPES = re.compile(rb"<v:shape[\s>].*?</v:shape>", re.DOTALL)
_ANY_SHAPE = re.compile(rb"<[\w]+:(?:shape|group|rect|roundrect|oval|line|polyline|arc|curve|image)[\s/>]")
_NOTE = re.compile(rb'ObjectType="Note"')
_PLACE = re.compile(rb"<x:(Row|Column)>\s*(\d+)\s*</x:(?:Row|Column)>")
_END = re.compile(rb"</xml>\s*$")


@dataclass(frozen=True, slots=True)
class Box:
    """Position of a note: in points from the sheet's corner, and as Excel's anchor of cells and pixels."""

    cell: str
    left: float
    top: float
    width: float
    height: float
    anchor: tuple[int, int, int, int, int, int, int, int]


def blocks_of(drawings: Sequence[bytes]) -> set[int]:
    """Return the blocks of shape ids that drawings use; a new drawing takes an unused block."""
    declared = {
        int(text) for drawing in drawings for blocks in _BLOCKS.findall(drawing) for text in blocks.split(b",") if text
    }
    return declared | {int(text) // _BLOCK_SIZE for drawing in drawings for text in _NUMBER.findall(drawing)}


def empty_drawing(block: int) -> bytes:
    """Return a drawing without shapes whose ids start at `block` x 1024."""
    return _EMPTY.format(block=block).encode()


def can_take_shapes(drawing: bytes) -> bool:
    """Return whether the drawing ends with a closing `xml` tag."""
    return _END.search(drawing) is not None


def add_shapes(drawing: bytes, boxes: Iterable[Box]) -> bytes:
    """Return the drawing with a shape for each new note appended."""
    numbers = [int(text) for text in _NUMBER.findall(drawing)]
    first = max(numbers, default=max(blocks_of([drawing]), default=1) * _BLOCK_SIZE) + 1
    shapes = [_shape(box, number) for number, box in enumerate(boxes, first)]
    kind = "" if b'id="_x0000_t202"' in drawing else _TYPE
    end = _END.search(drawing)
    at = end.start() if end else len(drawing)
    return drawing[:at] + (kind + "".join(shapes)).encode() + drawing[at:]


def drop_shapes(drawing: bytes, cells: Collection[str]) -> bytes:
    """Return the drawing without the shapes of these cells' notes."""
    places = {split_address(cell) for cell in cells}
    return _SHAPES.sub(lambda match: b"" if _place(match[0]) in places else match[0], drawing)


def has_shapes(drawing: bytes) -> bool:
    """Return whether the drawing has any shape."""
    return _ANY_SHAPE.search(drawing) is not None


def _shape(box: Box, number: int) -> str:
    row, column = split_address(box.cell) or (1, 1)
    return _SHAPE.format(
        number=number,
        layer=number % _BLOCK_SIZE,
        left=box.left,
        top=box.top,
        width=box.width,
        height=box.height,
        anchor=", ".join(map(str, box.anchor)),
        row=row - 1,
        column=column - 1,
    )


def _place(shape: bytes) -> tuple[int, int] | None:
    """Return row and column of the cell a note's shape belongs to; None for other shapes."""
    results = {name: int(number) for name, number in _PLACE.findall(shape)}
    if not _NOTE.search(shape) or len(results) != 2:
        return None
    return results[b"Row"] + 1, results[b"Column"] + 1
