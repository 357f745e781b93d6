"""The rollup as one page that opens by a double-click: no network, no scripts, everything inside the file."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from publishing.bars import Bars
from publishing.report import Report
from publishing.wording import Wording

_TEMPLATES = Path(__file__).parent / "templates"


def write_page(report: Report, words: Wording) -> bytes:
    """The page as UTF-8; every name and note in it is escaped."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    page = environment.get_template("report.html.j2")
    return page.render(report=report, words=words, t=words.text, bars=Bars(words)).encode()
