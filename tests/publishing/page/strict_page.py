"""Reads a page strictly: what a browser would silently mend fails here."""

from html.parser import HTMLParser

_VOID = {"meta", "br", "link", "img", "hr", "input"}
_EMPTY_SHAPES = {"rect", "line"}


class StrictPage(HTMLParser):
    """The text, addresses and elements of a page; `problems` lists tags that do not match."""

    def __init__(self, page: str) -> None:
        """Read the whole page."""
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.problems: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()
        self.problems += [f"<{tag}> never closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and remember to see its end."""
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself, which only shapes may."""
        self.elements.append((tag, dict(attrs)))
        if tag not in _EMPTY_SHAPES:
            self.problems.append(f"<{tag}/> closes itself")

    def handle_endtag(self, tag: str) -> None:
        """Compare an end with what was opened last."""
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> at line {self.getpos()[0]} matches nothing")

    def handle_data(self, data: str) -> None:
        """Keep the words people see, styles left out."""
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    @property
    def words(self) -> str:
        """All visible text, blanks squeezed."""
        return " ".join(" ".join(self.text).split())
