"""Write Markdown for artifacts in the Prefect UI, in which nothing that a commune typed can act as markup."""

import re
from collections.abc import Sequence

from domain.texts import one_line
from flows.presentation.links import web_address

# Marks of CommonMark and of GitHub's extensions, which link bare addresses too; `_` within a word is none.
_MARKUP = re.compile(r"[\\`*\[\]<>|#~!&@]|(?<!\w)_|_(?!\w)|:(?=//)|(?<=www)\.", re.IGNORECASE)
# What begins a list or a rule when it stands first in a line.
_START_OF_BLOCK = re.compile(r"\d+(?=[.)](?:\s|$))|(?=[-+])")


def plain(text: object) -> str:
    """Return a text of others that is read as it stands: on one line, every mark of Markdown and HTML taken literally.

    The Prefect UI reads descriptions and each cell of a table as Markdown documents of their own.
    """
    line = _MARKUP.sub(r"\\\g<0>", one_line(str(text)).strip())
    start = _START_OF_BLOCK.match(line)
    return f"{start[0]}\\{line[start.end() :]}" if start else line


def link(words: str, url: str) -> str:
    """Return a link; the words alone where there is no address."""
    address = web_address(url)
    return f"[{plain(words)}]({address})" if address else plain(words)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose cells are Markdown already; empty without rows."""
    if not rows:
        return ""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
