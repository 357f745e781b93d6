"""Write Markdown for artifacts in the Prefect UI, in which nothing that a commune typed can act as markup."""

import re
from collections.abc import Sequence

_MARKUP = re.compile(r"([\\`*_\[\]<>|#~!&])")
_BREAKS = re.compile(r"\s*[\r\n]+\s*")


def plain(text: object) -> str:
    """Text of others, to be read as it stands: on one line, with every mark of Markdown and HTML taken literally."""
    return _MARKUP.sub(r"\\\1", _BREAKS.sub(" ", str(text)))


def link(words: str, url: str) -> str:
    """A link; the words alone where there is no address."""
    return f"[{plain(words)}]({url})" if url else plain(words)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose cells are Markdown already; empty without rows."""
    if not rows:
        return ""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
