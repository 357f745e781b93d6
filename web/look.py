"""Look of pages rendered on request: the style sheets of the published pages, and templates that escape."""

from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.texts import visible_value

_PUBLISHED: Final = Path(__file__).parents[1] / "publishing" / "page" / "templates"


@cache
def style_sheet(own: Path) -> bytes:
    """Return the style sheets of the published pages, followed by a site's own file."""
    shared = (_PUBLISHED / name for name in ("style.css", "submission.css", "aside.css"))
    return b"\n".join(file.read_bytes() for file in (*shared, own))


@cache
def templates_in(folder: Path) -> Environment:
    """Return the templates of a folder; values are escaped, and acting characters are shown as U+FFFD."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        finalize=visible_value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
