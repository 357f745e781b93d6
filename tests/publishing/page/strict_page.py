"""Strict parser of pages: markup that a browser would silently repair is reported."""

from html.parser import HTMLParser

_VOID = {"meta", "br", "link", "img", "hr", "input"}
_EMPTY_SHAPES = {"rect", "line", "polyline"}


class StrictPage(HTMLParser):
    """The text, addresses and elements of a page; `problems` lists tags that do not match."""

    def __init__(self, page: str) -> None:
        """Parse the whole page."""
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.problems: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()
        self.problems += [f"<{tag}> never closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record an element and expect its end tag."""
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record a self-closing element, which only SVG shapes may be."""
        self.elements.append((tag, dict(attrs)))
        if tag not in _EMPTY_SHAPES:
            self.problems.append(f"<{tag}/> closes itself")

    def handle_endtag(self, tag: str) -> None:
        """Compare an end tag with the last open element."""
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> at line {self.getpos()[0]} matches nothing")

    def handle_data(self, data: str) -> None:
        """Keep the visible text, without styles."""
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    @property
    def tables_without_caption(self) -> int:
        """Count the tables that do not begin with a caption."""
        tags = [tag for tag, _ in self.elements]
        return sum(tag == "table" and tags[place + 1] != "caption" for place, tag in enumerate(tags))

    @property
    def words(self) -> str:
        """Return all visible text, with blanks collapsed."""
        return " ".join(" ".join(self.text).split())
