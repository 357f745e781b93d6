"""The rollup as one page that opens by a double-click: no network, no scripts, everything inside the file."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from publishing.figures.formatter import ReportFormatter
from publishing.figures.report import Report
from publishing.page.bars import RateBars

_TEMPLATES = Path(__file__).parent / "templates"


def write_page(report: Report, words: ReportFormatter) -> bytes:
    """The page as UTF-8; every name and note in it is escaped."""
    return render("report.html.j2", words, report=report, bars=RateBars(words))


def render(template: str, words: ReportFormatter, **shown: object) -> bytes:
    """A page of a template in `templates/`, as UTF-8; all that is shown in it is escaped."""
    page = _environment().get_template(template)
    return page.render(words=words, t=words.text, lang=words.lang, **shown).encode()


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
