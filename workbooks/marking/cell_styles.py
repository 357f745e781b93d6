"""Cell styles of a workbook: variants with a mark's fill, and the styles of the result sheet."""

from collections.abc import Mapping
from copy import deepcopy

from lxml import etree

from domain.issues import Severity
from workbooks.container.markup import MAIN_NAMESPACES
from workbooks.marking.package import CannotAnnotateError, Package, Xml
from workbooks.marking.palette import full, is_ours, shades

_ORDER = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors",
    "extLst",
)  # fmt: skip
MOST_STYLES = 64_000
"""Maximum number of cell styles in Excel."""

EMPTY = (
    '<styleSheet xmlns="{}"><fonts count="1"><font><sz val="11"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="1"><xf xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
"""Styles part for a workbook that has none: a single plain style."""


class CellStyles:
    """The styles part of a package, extended as needed."""

    def __init__(self, package: Package, part: str) -> None:
        """Open the part."""
        self._root = package.edit(part)
        namespace = etree.QName(self._root).namespace
        if namespace not in MAIN_NAMESPACES:
            raise CannotAnnotateError(f"{part} holds no styles")
        self._namespace = namespace
        self._fill_gaps()
        self._marked: dict[tuple[int, Severity], int] = {}
        self._fills: dict[tuple[str, Severity], int] = {}
        self._taken = {_colour(item) for item in self._group("fills")}
        self._own: dict[tuple[str, str], int] = {}
        self.covers: dict[str, str] = {}

    def marked(self, style: int, severity: Severity) -> int:
        """Return the index of a style with a mark's fill, or the style itself at Excel's maximum of styles."""
        if (style, severity) not in self._marked:
            looks = self._group("cellXfs")
            if style >= len(looks) or len(looks) >= MOST_STYLES:
                return style
            look = deepcopy(looks[style])
            look.set("fillId", str(self._fill_over(int(look.get("fillId") or 0), severity)))
            look.set("applyFill", "1")
            self._marked[style, severity] = self._append("cellXfs", look)
        return self._marked[style, severity]

    def _made(self, group: str, markup: str) -> int:
        """Return the index of a font, fill or border with this markup, added once."""
        key = group, markup
        if key not in self._own:
            self._own[key] = self._append(group, self._parse(markup))
        return self._own[key]

    def add_look(self, *, font: str, fill: str = "", border: str = "", alignment: str = "") -> int:
        """Add a style of this markup (without namespaces) and return its index."""
        numbers = {
            "numFmtId": 0,
            "fontId": self._made("fonts", f"<font>{font}</font>"),
            "fillId": self._made("fills", f"<fill>{fill}</fill>") if fill else 0,
            "borderId": self._made("borders", f"<border>{border}</border>"),
            "xfId": 0,
        }
        result = " ".join(f'{name}="{number}"' for name, number in numbers.items())
        flags = 'applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"'
        return self._append("cellXfs", self._parse(f"<xf {result} {flags}><alignment {alignment}/></xf>"))

    def restore(self, covered: Mapping[str, str]) -> None:
        """Restore the fill that each mark covers, or no fill where it is unknown."""
        fills = self._group("fills")
        ours = {number: _colour(fill) for number, fill in enumerate(fills)}
        originals: dict[str, int] = {}
        for look in self._group("cellXfs"):
            colour = ours.get(int(look.get("fillId") or 0), "")
            if not is_ours(colour) or (covered and colour not in covered):
                continue
            if colour not in originals:
                originals[colour] = self._original(covered.get(colour, ""))
            look.set("fillId", str(originals[colour]))
        # Fills keep their positions, since styles refer to them by index; unused marks are replaced by no fill.
        for number, colour in ours.items():
            if colour in originals:
                fills[number].replace(fills[number][0], self._parse('<patternFill patternType="none"/>'))

    def _original(self, markup: str) -> int:
        if not markup:
            return 0
        try:
            return self._append("fills", self._parse(f"<fill>{markup}</fill>"))
        except etree.XMLSyntaxError:
            return 0  # the property was edited: no fill is better than a mark that stays

    def _fill_over(self, fill: int, severity: Severity) -> int:
        """Return the index of a mark's fill that covers this one."""
        fills = self._group("fills")
        covered = _bare(fills[fill]) if fill < len(fills) else ""
        if (covered, severity) not in self._fills:
            free = next((shade for shade in shades(severity) if shade not in self._taken), None)
            if free is None:
                raise CannotAnnotateError("its cells are filled in too many ways")
            self._taken.add(free)
            self.covers[free] = covered
            markup = (
                f'<fill><patternFill patternType="solid"><fgColor rgb="{free}"/><bgColor indexed="64"/>'
                "</patternFill></fill>"
            )
            self._fills[covered, severity] = self._append("fills", self._parse(markup))
        return self._fills[covered, severity]

    def _fill_gaps(self) -> None:
        """Add missing groups with plain defaults; cells without a style use the first entries."""
        for plain in etree.fromstring(EMPTY.format(self._namespace)):
            name = _local(plain)
            if name != "cellStyles" and not len(self._group(name)):
                for item in list(plain):
                    self._append(name, item)

    def _group(self, name: str) -> Xml:
        result = self._root.find(f"{{{self._namespace}}}{name}")
        if result is not None:
            return result
        behind = _ORDER[_ORDER.index(name) + 1 :]
        follower = next((item for item in self._root if _local(item) in behind), None)
        made = etree.SubElement(self._root, f"{{{self._namespace}}}{name}")
        if follower is not None:
            follower.addprevious(made)
        return made

    def _append(self, group: str, element: Xml) -> int:
        parent = self._group(group)
        parent.append(element)
        parent.set("count", str(len(parent)))
        return len(parent) - 1

    def _parse(self, markup: str) -> Xml:
        return etree.fromstring(f'<x xmlns="{self._namespace}">{markup}</x>')[0]


def _colour(fill: Xml) -> str:
    """Return the colour of a solid fill, "" for every other."""
    if not len(fill) or fill[0].get("patternType") != "solid":
        return ""
    front = next((element for element in fill[0] if _local(element) == "fgColor"), None)
    colour = front.get("rgb", "") if front is not None else ""
    return full(colour) if len(colour) in {6, 8} else ""


def _bare(fill: Xml) -> str:
    """Return the contents of a fill as markup without namespaces; "" for none."""
    if not len(fill) or fill[0].get("patternType") == "none":
        return ""
    root = etree.Element("fill")
    for element in fill:
        root.append(_copied(element))
    return etree.tostring(root, encoding="unicode").removeprefix("<fill>").removesuffix("</fill>")


def _copied(element: Xml) -> Xml:
    twin = etree.Element(_local(element), {str(name): str(value) for name, value in element.attrib.items()})
    for child in element:
        twin.append(_copied(child))
    return twin


def _local(element: Xml) -> str:
    return str(element.tag).rpartition("}")[2]
